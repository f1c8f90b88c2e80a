// Turns protocol.json, the one source of truth for messages and errors, into C, TypeScript and documentation.
//   node generate.mjs c OUT_DIR        base/err_table.h, base/err_wire.inc, domain/protocol_gen.h, domain/protocol_gen.inc
//   node generate.mjs ts FILE          types and error texts for web/
//   node generate.mjs md FILE          docs/protocol.md
//   node generate.mjs md --check FILE  exits 1 when FILE is not what would be generated
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const P = JSON.parse(fs.readFileSync(path.join(here, "protocol.json"), "utf8"));

// "i64?(0..9)" → {kind:"i64", opt:true, min:0, max:9}; "list:Row" → {kind:"list", of:"Row"}
function field([name, type, doc]) {
  const m = /^(i32|i64|id|bool|str|strs|ints|ids|enum|obj|list|err)(\?)?(?::(\w+))?(?:\((-?\d+)?(\.\.)?(-?\d+)?\))?$/.exec(type);
  if (!m) throw new Error(`bad type ${type} of ${name}`);
  const [, kind, opt, of, a, dots, b] = m;
  const f = { name, kind, opt: !!opt, of, doc, type };
  if (kind === "i32" || kind === "i64") {
    f.min = a ?? (kind === "i32" ? "INT32_MIN" : "INT64_MIN");
    f.max = (dots ? b : undefined) ?? (kind === "i32" ? "INT32_MAX" : "INT64_MAX");
  } else f.max = a === undefined ? undefined : Number(a);
  return f;
}
const fieldsOf = (def) => def.fields.map(field);
const up = (s) => s.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
const low = (s) => s.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
const head = "/* Generated from schema/protocol/protocol.json. */\n";

function cErrTable() {
  return head + P.errors.map((e) => `E(${e.id}, ${e.n}, "${e.wire}", ${e.close ?? 0})\n`).join("");
}

function cEnum(name, values) {
  return `enum lt_${low(name)}_id {\n${values.map((v) => `    LT_${up(name)}_ID_${up(v)},\n`).join("")}    LT_${up(name)}_IDS /* count */\n};\nextern const char *const lt_${low(name)}_names[];\n\n`;
}

// Outgoing structs borrow strings; incoming ones hold bounded copies.
function cOutMember(f) {
  const has = f.opt && ["i32", "i64", "id", "bool", "enum"].includes(f.kind) ? `    bool has_${f.name};\n` : "";
  switch (f.kind) {
    case "i32": return `${has}    int32_t ${f.name};\n`;
    case "i64": return `${has}    int64_t ${f.name};\n`;
    case "id": return `${has}    int64_t ${f.name};\n`;
    case "bool": return `${has}    bool ${f.name};\n`;
    case "err": return `    int ${f.name}; /* LT_E…${f.opt ? "; 0: absent" : ""} */\n`;
    case "enum": return `${has}    int ${f.name}; /* enum lt_${low(f.of)}_id */\n`;
    case "str": return `    const char *${f.name};${f.opt ? " /* NULL: absent */" : ""}\n`;
    case "strs": return `    int n_${f.name};\n    const char *const *${f.name};${f.opt ? " /* NULL: absent */" : ""}\n`;
    case "ints": return `    int n_${f.name};\n    const int *${f.name};${f.opt ? " /* NULL: absent */" : ""}\n`;
    case "ids": return `    int n_${f.name};\n    const int64_t *${f.name};${f.opt ? " /* NULL: absent */" : ""}\n`;
    case "obj": return f.opt ? `    const struct lt_${low(f.of)}_out *${f.name}; /* NULL: absent */\n` : `    struct lt_${low(f.of)}_out ${f.name};\n`;
    case "list": return `    int n_${f.name};\n    const struct lt_${low(f.of)}_out *${f.name};\n`;
  }
}
function cOutWrite(f, v) {
  const k = `"${f.name}"`, x = `${v}->${f.name}`;
  const guard = (cond, s) => (f.opt ? `    if (${cond})\n        ${s}` : `    ${s}`);
  switch (f.kind) {
    case "i32": case "i64": return guard(`${v}->has_${f.name}`, `lt_jsonw_i64(w, ${k}, ${x});\n`);
    case "id": return guard(`${v}->has_${f.name}`, `lt_jsonw_id(w, ${k}, ${x});\n`);
    case "bool": return guard(`${v}->has_${f.name}`, `lt_jsonw_bool(w, ${k}, ${x});\n`);
    case "err": return guard(`${x} != 0`, `lt_jsonw_str(w, ${k}, lt_err_wire(${x}));\n`);
    case "enum": return guard(`${v}->has_${f.name}`, `lt_jsonw_str(w, ${k}, lt_${low(f.of)}_names[${x}]);\n`);
    case "str": return guard(x, `lt_jsonw_str(w, ${k}, ${x});\n`);
    case "strs": return guard(x, `write_strs(w, ${k}, ${x}, ${v}->n_${f.name});\n`);
    case "ints": return guard(x, `write_ints(w, ${k}, ${x}, ${v}->n_${f.name});\n`);
    case "ids": return guard(x, `write_ids(w, ${k}, ${x}, ${v}->n_${f.name});\n`);
    case "obj": return f.opt ? guard(x, `write_${low(f.of)}(w, ${k}, ${x});\n`) : `    write_${low(f.of)}(w, ${k}, &${x});\n`;
    case "list": return `    lt_jsonw_arr(w, ${k});\n    for (int i = 0; i < ${v}->n_${f.name}; i++)\n        write_${low(f.of)}(w, NULL, &${x}[i]);\n    lt_jsonw_end_arr(w);\n`;
  }
}
function cInMember(f) {
  const has = f.opt ? `    bool has_${f.name};\n` : "";
  switch (f.kind) {
    case "i32": return `${has}    int32_t ${f.name};\n`;
    case "i64": case "id": return `${has}    int64_t ${f.name};\n`;
    case "bool": return `${has}    bool ${f.name};\n`;
    case "enum": return `${has}    enum lt_${low(f.of)}_id ${f.name};\n`;
    case "str": return `${has}    char ${f.name}[${f.max + 1}];\n`;
    case "ints": return `${has}    int n_${f.name};\n    int ${f.name}[${f.max}];\n`;
    default: throw new Error(`${f.kind} is not for client messages`);
  }
}
function cInRead(f, m) {
  const k = `"${f.name}"`, d = `m->${m}.${f.name}`;
  let read;
  switch (f.kind) {
    case "i32": read = `read_i32(o, ${k}, ${f.min}, ${f.max}, &${d})`; break;
    case "i64": read = `lt_json_i64(o, ${k}, ${f.min}, ${f.max}, &${d})`; break;
    case "id": read = `lt_json_id(o, ${k}, &${d})`; break;
    case "bool": read = `lt_json_bool(o, ${k}, &${d})`; break;
    case "str": read = `read_str(o, ${k}, ${d}, sizeof ${d})`; break;
    case "ints": read = `read_ints(o, ${k}, ${f.max}, ${d}, &m->${m}.n_${f.name})`; break;
    case "enum": read = `read_enum(o, ${k}, lt_${low(f.of)}_names, LT_${up(f.of)}_IDS, &e)`; break;
  }
  let s = `    r = ${read};\n`;
  const miss = f.opt ? "r != LT_OK && r != LT_ENOENT" : "r != LT_OK";
  s += `    if (${miss}) {\n        *ret_field = ${k};\n        return r;\n    }\n`;
  if (f.opt) s += `    m->${m}.has_${f.name} = r == LT_OK;\n`;
  if (f.kind === "enum") s += f.opt ? `    if (r == LT_OK)\n        ${d} = (enum lt_${low(f.of)}_id)e;\n` : `    ${d} = (enum lt_${low(f.of)}_id)e;\n`;
  return s;
}

function cHeader() {
  let s = head + `#pragma once\n#include "base/buf.h"\n#include <stdbool.h>\n#include <stdint.h>\n\nenum { LT_PROTOCOL_VERSION = ${P.version} };\n\n`;
  for (const [n, v] of Object.entries(P.enums)) s += cEnum(n, v);
  s += "/* Messages from clients. */\n" + cEnum("ClientMsg", Object.keys(P.client));
  for (const [n, d] of Object.entries(P.client)) s += `/* ${d.doc} */\nstruct lt_${n}_in {\n${fieldsOf(d).map(cInMember).join("") || "    char unused;\n"}};\n`;
  s += `struct lt_client_msg {\n    enum lt_client_msg_id id;\n    union {\n${Object.keys(P.client).map((n) => `        struct lt_${n}_in ${n};\n`).join("")}    };\n};\n\n/* Types inside messages to clients; strings are borrowed. */\n`;
  for (const [n, d] of Object.entries(P.types)) s += `/* ${d.doc} */\nstruct lt_${low(n)}_out {\n${fieldsOf(d).map(cOutMember).join("")}};\n`;
  s += "\n/* Messages to clients: each writer appends one JSON object. */\n";
  for (const [n, d] of Object.entries(P.server)) {
    if (d.doc) s += `/* ${d.doc} */\n`;
    const fs_ = logFields(d);
    s += `struct lt_msg_${n} {\n${fs_.map(cOutMember).join("") || "    char unused;\n"}};\nvoid lt_msg_${n}_write(const struct lt_msg_${n} *m, struct lt_buf *out);\n`;
  }
  return s;
}
const logFields = (d) => [...(d.log ? [["epoch", "i64", "incarnation of the log"], ["seq", "i64", "gap-free per event"]] : []), ...d.fields].map(field);

function cInc() {
  let s = head;
  const names = (n, v) => `const char *const lt_${low(n)}_names[] = {${v.map((x) => `"${x}"`).join(", ")}};\n`;
  for (const [n, v] of Object.entries(P.enums)) s += names(n, v);
  s += names("ClientMsg", Object.keys(P.client)) + "\n";
  for (const [n, d] of Object.entries(P.client)) {
    if (!d.fields.length) {
      s += `static int read_${n}(const cJSON *o, struct lt_client_msg *m, const char **ret_field) {\n    (void)o;\n    (void)m;\n    (void)ret_field;\n    return LT_OK;\n}\n\n`;
      continue;
    }
    const hasEnum = fieldsOf(d).some((f) => f.kind === "enum");
    s += `static int read_${n}(const cJSON *o, struct lt_client_msg *m, const char **ret_field) {\n    int r;\n${hasEnum ? "    int e = 0;\n" : ""}${fieldsOf(d).map((f) => cInRead(f, n)).join("")}    return LT_OK;\n}\n\n`;
  }
  s += `static int read_body(const cJSON *o, struct lt_client_msg *m, const char **ret_field) {\n    switch (m->id) {\n${Object.keys(P.client).map((n) => `    case LT_CLIENT_MSG_ID_${up(n)}:\n        return read_${n}(o, m, ret_field);\n`).join("")}    case LT_CLIENT_MSG_IDS:\n        break;\n    }\n    return LT_EUNKNOWN;\n}\n\n`;
  // A type may have members of a type that is declared after it.
  for (const n of Object.keys(P.types)) s += `static void write_${low(n)}(struct lt_jsonw *w, const char *key, const struct lt_${low(n)}_out *v);\n`;
  s += "\n";
  for (const [n, d] of Object.entries(P.types)) s += `static void write_${low(n)}(struct lt_jsonw *w, const char *key, const struct lt_${low(n)}_out *v) {\n    lt_jsonw_obj(w, key);\n${fieldsOf(d).map((f) => cOutWrite(f, "v")).join("")}    lt_jsonw_end_obj(w);\n}\n\n`;
  for (const [n, d] of Object.entries(P.server)) {
    const f = logFields(d);
    s += `void lt_msg_${n}_write(const struct lt_msg_${n} *m, struct lt_buf *out) {\n    struct lt_jsonw writer, *w = &writer;\n    lt_jsonw_init(w, out);\n    lt_jsonw_obj(w, NULL);\n    lt_jsonw_str(w, "t", "${n}");\n${f.length ? f.map((x) => cOutWrite(x, "m")).join("") : "    (void)m;\n"}    lt_jsonw_end_obj(w);\n}\n\n`;
  }
  return s;
}

function ts() {
  const t = (f) => ({ i32: "number", i64: "number", id: "string", bool: "boolean", str: "string", strs: "string[]", ints: "number[]", ids: "string[]", err: "ErrorCode", enum: f.of, obj: f.of, list: `${f.of}[]` })[f.kind];
  const members = (fs_) => fs_.map((f) => `  ${f.doc ? `/** ${f.doc} */\n  ` : ""}${f.name}${f.opt ? "?" : ""}: ${t(f)};\n`).join("");
  let s = "// Generated from schema/protocol/protocol.json.\n" + `export const PROTOCOL_VERSION = ${P.version};\n`;
  for (const [n, v] of Object.entries(P.enums)) s += `export type ${n} = ${v.map((x) => `"${x}"`).join(" | ")};\n`;
  s += `export type ErrorCode = ${P.errors.map((e) => `"${e.wire}"`).join(" | ")};\n`;
  for (const [n, d] of Object.entries(P.types)) s += `/** ${d.doc} */\nexport interface ${n} {\n${members(fieldsOf(d))}}\n`;
  const cap = (n) => n[0].toUpperCase() + n.slice(1);
  for (const [side, suffix] of [["client", "Request"], ["server", "Frame"]]) {
    for (const [n, d] of Object.entries(P[side])) s += `/** ${d.doc} */\nexport interface ${cap(n)}${suffix} {\n  t: "${n}";\n${members(side === "server" ? logFields(d) : fieldsOf(d))}}\n`;
    s += `export type ${suffix} = ${Object.keys(P[side]).map((n) => cap(n) + suffix).join(" | ")};\n`;
  }
  s += `/** Frames that carry epoch and seq. */\nexport type LogFrame = ${Object.entries(P.server).filter(([, d]) => d.log).map(([n]) => cap(n) + "Frame").join(" | ")};\n`;
  s += `export const ERROR_TEXT: Record<ErrorCode, { zh: string; en: string }> = {\n${P.errors.map((e) => `  ${e.wire}: { zh: ${JSON.stringify(e.zh)}, en: ${JSON.stringify(e.en)} },\n`).join("")}};\n`;
  s += `/** Close codes after which reconnecting is pointless. */\nexport const FINAL_CLOSE_CODES: number[] = [4400, 4401, 4403, 4404, 4409];\n`;
  return s;
}

function md() {
  const row = (f) => `| \`${f.name}\` | ${f.kind}${f.of ? ` ${f.of}` : ""}${f.opt ? ", optional" : ""} | ${f.doc} |\n`;
  const table = (fs_) => (fs_.length ? `\n| member | type | meaning |\n| --- | --- | --- |\n${fs_.map(row).join("")}` : "") + "\n";
  let s = `# Protocol\n\nGenerated from \`schema/protocol/protocol.json\` by \`./dev fmt\`; a test holds it to that file. Version ${P.version}.\n
One WebSocket at \`/ws\`, text frames, one JSON object each; \`t\` names the message. Ids are decimal strings, times are milliseconds since 1970 on the cluster's
clock, points are signed hundredths. A client's message is at most 8 KiB and 6 levels deep. Messages marked *log* carry \`epoch\` and \`seq\`: per event, gap-free and in order on every connection.\n\n`;
  s += "## Enumerations\n\n" + Object.entries(P.enums).map(([n, v]) => `- **${n}**: ${v.map((x) => `\`${x}\``).join(", ")}\n`).join("") + "\n";
  s += "## From the client\n\n" + Object.entries(P.client).map(([n, d]) => `### ${n}\n\n${d.doc}\n${table(fieldsOf(d))}`).join("");
  s += "## From the server\n\n" + Object.entries(P.server).map(([n, d]) => `### ${n}${d.log ? " (log)" : ""}\n\n${d.doc}\n${table(logFields(d))}`).join("");
  s += "## Types\n\n" + Object.entries(P.types).map(([n, d]) => `### ${n}\n\n${d.doc}\n${table(fieldsOf(d))}`).join("");
  s += "## Errors\n\nA close code means that the server ends the connection with it.\n\n| code | close | zh-CN | en |\n| --- | --- | --- | --- |\n" + P.errors.map((e) => `| \`${e.wire}\` | ${e.close ?? ""} | ${e.zh} | ${e.en} |\n`).join("");
  return s.replace(/\n{3,}/g, "\n\n");
}

// Written only when changed, so that builds stay incremental.
function put(file, text) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!fs.existsSync(file) || fs.readFileSync(file, "utf8") !== text) fs.writeFileSync(file, text);
}
const [what, ...rest] = process.argv.slice(2);
if (what === "c" && rest.length === 1) {
  put(path.join(rest[0], "base/err_table.h"), cErrTable());
  put(path.join(rest[0], "domain/protocol_gen.h"), cHeader());
  put(path.join(rest[0], "domain/protocol_gen.inc"), cInc());
} else if (what === "ts" && rest.length === 1) put(rest[0], ts());
else if (what === "md" && rest.length === 1) put(rest[0], md());
else if (what === "md" && rest[0] === "--check" && rest.length === 2) {
  if (fs.readFileSync(rest[1], "utf8") !== md()) {
    console.error(`${rest[1]} is not what protocol.json says; run ./dev fmt`);
    process.exit(1);
  }
} else {
  console.error("usage: generate.mjs c DIR | ts FILE | md [--check] FILE");
  process.exit(2);
}
