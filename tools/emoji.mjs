// Writes emoji.json, the Unicode emoji with their names in English and Swedish, from emojibase-data (CLDR), into a folder.
import { readFileSync, writeFileSync } from "node:fs";

const [, , data, out] = process.argv;
const read = (path) => JSON.parse(readFileSync(`${data}/${path}`, "utf8"));
const groups = (language) => Object.fromEntries(read(`${language}/messages.json`).groups.map((one) => [one.order, one.message]));
const swedish = new Map(read("sv/compact.json").map((one) => [one.hexcode, one]));
const en = groups("en"), sv = groups("sv");
const emoji = read("en/compact.json")
  .filter((one) => one.group !== undefined && one.group !== 2)
  .sort((a, b) => a.order - b.order)
  .map((one) => {
    const other = swedish.get(one.hexcode) ?? one;
    return [one.unicode, one.label, other.label, one.group, [...(one.tags ?? []), ...(other.tags ?? [])].join(" ")];
  });
writeFileSync(`${out}/emoji.json`, JSON.stringify({ groups: Object.keys(en).filter((n) => n !== "2").map((n) => [Number(n), en[n], sv[n]]), emoji }) + "\n");
