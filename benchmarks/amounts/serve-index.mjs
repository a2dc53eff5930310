// An index as a process of its own: serve-index.mjs FOLDER. The harness is synchronous and could not serve one.
import { serveFolder } from "../../packages/test-kit/dist/index.js";

const { url } = await serveFolder(process.argv[2], { cacheControl: "max-age=600" });
console.log(`listening on ${url}/`);
