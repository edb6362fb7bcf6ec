/** Finds elements inside an element, through shadow roots; with several selectors, each inside of what the one before found. */
export function findAll<E extends Element = HTMLElement>(within: ParentNode, ...selectors: readonly string[]): E[] {
  const [selector, ...further] = selectors;
  const roots: ParentNode[] = [within];
  if (within instanceof Element && within.shadowRoot !== null) roots.push(within.shadowRoot);
  for (const root of roots) {
    for (const one of root.querySelectorAll("*")) if (one.shadowRoot !== null) roots.push(one.shadowRoot);
  }
  const found = roots.flatMap((root) => [...root.querySelectorAll<E>(selector!)]);
  return further.length === 0 ? found : found.flatMap((one) => findAll<E>(one, ...further));
}

/** Finds an element inside an element, as {@link findAll} does. */
export function find<E extends Element = HTMLElement>(within: ParentNode, ...selectors: readonly string[]): E {
  const [found] = findAll<E>(within, ...selectors);
  if (found === undefined) throw new Error(`there is no ${selectors.join(" in ")}`);
  return found;
}
