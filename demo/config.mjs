// The workerd configuration of the demo: one worker, one Durable Object on disk, the page's files from a folder.

/**
 * @param {{ port: number, site: string, data: string, compatibilityDate: string }} setup  absolute folders
 */
export function workerdConfig({ port, site, data, compatibilityDate }) {
  const text = (/** @type {string} */ value) => JSON.stringify(value);
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "shop", worker = .shop),
    (name = "site", disk = (path = ${text(site)})),
    (name = "data", disk = (path = ${text(data)}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "shop")],
);

const shop :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "engine.wasm", wasm = embed "engine.wasm"),
  ],
  compatibilityDate = ${text(compatibilityDate)},
  bindings = [
    (name = "SITE", service = "site"),
    (name = "SHOP", durableObjectNamespace = "Shop"),
  ],
  durableObjectNamespaces = [(className = "Shop", uniqueKey = "anonymous-services-demo", enableSql = true)],
  durableObjectStorage = (localDisk = "data"),
);
`;
}
