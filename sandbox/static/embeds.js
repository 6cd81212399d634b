// Embeds and attachments.

import { el } from "./dom.js";
import { link, markdown } from "./markdown.js";
import { stamp } from "./times.js";

const INLINE_FIELDS = 3;

/** Only pictures that the sandbox itself serves: this page fetches nothing from elsewhere. */
function picture(media, kind) {
  const address = media?.url ? new URL(media.url, location.href) : null;
  if (!address) return null;
  const own =
    address.pathname.startsWith("/attachments/") ||
    address.pathname.startsWith("/ephemeral-attachments/") ||
    address.pathname.startsWith("/cdn/");
  if (!own || !/^https?:$/.test(address.protocol))
    return el("span", { class: `picture elsewhere ${kind}` }, link(media.url, "picture"));
  return el("img", {
    class: `picture ${kind}`,
    src: address.pathname + address.search,
    alt: media.description ?? media.filename ?? "",
    loading: "lazy",
  });
}

export function embed(one, names) {
  const color = one.color === undefined || one.color === null ? null : `#${one.color.toString(16).padStart(6, "0")}`;
  const title =
    one.title &&
    el(
      "div",
      { class: "embed-title" },
      one.url ? link(one.url, inlineOnly(one.title, names)) : inlineOnly(one.title, names),
    );
  return el(
    "article",
    { class: "embed", vars: color ? { bar: color } : {} },
    el(
      "div",
      { class: "embed-text" },
      one.author &&
        el("div", { class: "embed-author" }, one.author.url ? link(one.author.url, one.author.name) : one.author.name),
      title,
      one.description && el("div", { class: "embed-description" }, markdown(one.description, names)),
      fields(one.fields ?? [], names),
      picture(one.image, "large"),
      footer(one),
    ),
    picture(one.thumbnail, "thumbnail"),
  );
}

function inlineOnly(text, names) {
  return markdown(text.replaceAll("\n", " "), names).flatMap((block) => [...block.childNodes]);
}

function fields(all, names) {
  const rows = [];
  for (const field of all) {
    const row = rows.at(-1);
    if (field.inline && row?.inline && row.cells.length < INLINE_FIELDS) row.cells.push(field);
    else rows.push({ inline: field.inline, cells: [field] });
  }
  const cell = (field) =>
    el(
      "div",
      { class: "field" },
      el("div", { class: "field-name" }, markdown(field.name, names)),
      el("div", { class: "field-value" }, markdown(field.value, names)),
    );
  return rows.map((row) => el("div", { class: `fields of${row.cells.length}` }, row.cells.map(cell)));
}

function footer(one) {
  const when = one.timestamp ? stamp(new Date(one.timestamp)) : null;
  const text = [one.footer?.text, when].filter(Boolean).join(" • ");
  return text && el("div", { class: "embed-footer" }, text);
}

const SIZES = ["bytes", "KB", "MB"];

export function size(bytes) {
  let number = bytes;
  let unit = 0;
  for (; number >= 1024 && unit < SIZES.length - 1; unit += 1) number /= 1024;
  return `${unit ? number.toFixed(1) : number} ${SIZES[unit]}`;
}

/** A file that an embed shows stands there alone, as on Discord. */
export function outside(attachments, embeds) {
  const pathOf = (media) => new URL(media.url, location.href).pathname;
  const pictures = embeds.flatMap((one) => [one.image, one.thumbnail]).filter((media) => media?.url);
  const shown = new Set(pictures.map(pathOf));
  return attachments.filter((one) => !shown.has(pathOf(one)));
}

export function attachment(one) {
  if (one.content_type?.startsWith("image/") && one.content_type !== "image/svg+xml") {
    const shown = picture(one, "large");
    shown?.addEventListener("error", () => shown.replaceWith(file(one)));
    if (shown) return shown;
  }
  return file(one);
}

function file(one) {
  const path = new URL(one.url, location.href);
  return el(
    "div",
    { class: "file" },
    el("span", { "aria-hidden": "true" }, "📎"),
    el(
      "a",
      { href: path.pathname + path.search, download: one.filename, target: "_blank", rel: "noopener" },
      one.filename,
    ),
    el("span", { class: "quiet" }, size(one.size)),
  );
}

export { picture };
