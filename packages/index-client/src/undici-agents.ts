// undici is CommonJS: imported with `import()` itself, a bundle of the command would know it by its default export only. So
// what is loaded late is this module, which names what it takes. It takes the two agents and not the package's front:
// that one loads fetch, WebSocket, mocks and caches as well, 100 ms of processor time for each command that asks an index.
import AgentModule from "undici/lib/dispatcher/agent.js";
import EnvHttpProxyAgentModule from "undici/lib/dispatcher/env-http-proxy-agent.js";

export { AgentModule as Agent, EnvHttpProxyAgentModule as EnvHttpProxyAgent };
