/** Names an element, once, however often and from however many bundles its module is loaded. */
export function define(name: string, element: CustomElementConstructor): void {
  if (customElements.get(name) === undefined) customElements.define(name, element);
}
