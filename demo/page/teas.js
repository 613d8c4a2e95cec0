// What the shop sells. Prices in cents.

export const TEAS = [
  { sku: 'assam', name: 'Assam', about: 'Malty and strong; likes milk.', cents: 590 },
  { sku: 'darjeeling', name: 'Darjeeling', about: 'First flush, light and floral.', cents: 890 },
  { sku: 'sencha', name: 'Sencha', about: 'Green, steamed, fresh as hay.', cents: 720 },
  { sku: 'rooibos', name: 'Rooibos', about: 'Red, mild, no caffeine.', cents: 480 },
];

/** @param {number} cents */
export const money = (cents) => new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(cents / 100);

/** The lines of a cart that hold something. @param {Record<string, number> | undefined} cart */
export const linesOf = (cart = {}) => TEAS.map((tea) => ({ tea, count: cart[tea.sku] ?? 0 })).filter(({ count }) => count > 0);

/** @param {Record<string, number> | undefined} cart */
export const totalOf = (cart) => linesOf(cart).reduce((sum, { tea, count }) => sum + tea.cents * count, 0);
