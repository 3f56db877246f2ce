// What changes from moment to moment, as rules of one sheet: no element has a style of its own.
const sheet = new CSSStyleSheet();
const rules = new Map();
document.adoptedStyleSheets.push(sheet);

// Set what a selector says, as CSS; "" takes it away.
export function style(selector, css) {
  if (rules.get(selector) === css) return;
  rules.set(selector, css);
  sheet.replaceSync([...rules].map(([of, says]) => `${of} { ${says} }`).join("\n"));
}
