// Writes the frames of /v1/live as the components of an OpenAPI document, from which openapi-typescript makes types.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

const text = readFileSync("../../docs/live-frames.schema.json", "utf8").replaceAll("#/$defs/", "#/components/schemas/");
const { $defs: schemas, title } = JSON.parse(text);
mkdirSync("src/generated", { recursive: true });
const document = { openapi: "3.1.0", info: { title, version: "1" }, paths: {}, components: { schemas } };
writeFileSync("src/generated/live-frames.json", JSON.stringify(document));
