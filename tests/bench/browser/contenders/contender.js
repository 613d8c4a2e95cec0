// What every contender does with its one store, which is called `bench`: each origin has one of its own.

/**
 * @typedef {import('../records.js').Service} Service
 *
 * @typedef {object} Contender
 * @property {(services: Service[]) => Promise<unknown>} start  one service or many; resolves when all are durable, as
 *   durable as the browser makes it by default. Many in the way that is fastest for the contender
 * @property {(contact_key: string) => Promise<Service[]>} query  the services of a contact key, whole objects
 * @property {() => Promise<Service[]>} all  every service there is, as objects in memory
 * @property {(services: Service[], customer_id: string) => Promise<unknown>} associate  makes these services the
 *   customer's, all in one step where the contender can, durable against a power cut where it can
 * @property {(service: Service) => Promise<unknown>} [strictPut]  one put that is durable against a power cut
 * @property {() => Promise<unknown>} [nextVisit]  what is started from now on is of another visit
 * @property {() => Promise<unknown>} close
 *
 * @typedef {() => Promise<Contender>} Open  opens the store, and makes it where there is none
 */

export {};
