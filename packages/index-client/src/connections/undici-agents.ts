// undici is CommonJS: imported with `import()` itself, a bundle of the command would know it by its default export only. So
// what is loaded late is this module, which names what it takes. It takes the agents and not the package's front:
// that one loads fetch, WebSocket, mocks and caches as well, 100 ms of processor time for each command that asks an index.
import connect from "undici/lib/api/api-connect.js";
import AgentModule from "undici/lib/dispatcher/agent.js";
import DispatcherModule from "undici/lib/dispatcher/dispatcher.js";
import connectorFor from "undici/lib/core/connect.js";
import PoolModule from "undici/lib/dispatcher/pool.js";
import ProxyAgentModule from "undici/lib/dispatcher/proxy-agent.js";

// Done by the front, for each of its methods; this is the one that an agent for proxies calls.
DispatcherModule.prototype.connect = connect;

export { AgentModule as Agent, connectorFor, PoolModule as Pool, ProxyAgentModule as ProxyAgent };
