export { readmeExample, runReadmeExample, type ReadmeExample } from "./readme-example.ts";
