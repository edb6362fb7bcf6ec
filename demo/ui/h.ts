type Child = Node | string | number | false | null | undefined;
type Listener = (event: never) => void;
type Style = Readonly<Record<string, string | number>>;
type Properties = Readonly<Record<string, string | number | boolean | Listener | undefined>> & {
  readonly style?: never;
};

/**
 * Makes an element in one expression: attributes (`true` sets, `false` and `undefined` leave out), `on…` listeners,
 * children.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter(isShown).map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

function isShown(child: Child): child is Node | string | number {
  return child !== false && child !== null && child !== undefined;
}

/**
 * Sets properties of an element's style, one by one: the page's content security policy lets no `style` attribute
 * through, and what stands in one value can't set another property.
 */
export function styled<E extends HTMLElement>(element: E, style: Style): E {
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, String(value));
  return element;
}

/** A style sheet to adopt. */
export function css(strings: TemplateStringsArray): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(strings.join(""));
  return sheet;
}
