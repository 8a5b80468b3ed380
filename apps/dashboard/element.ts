export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Listener = (event: Event) => void;

/** Attributes by their names in HTML; `on` holds listeners. False, null and undefined leave an attribute out. */
export interface Attributes {
  [name: string]: string | number | boolean | null | undefined | Readonly<Record<string, Listener>>;
  on?: Readonly<Record<string, Listener>>;
}

/** Makes an element. Texts become text nodes, never markup. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value !== 'object') element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const [name, listener] of Object.entries(attributes.on ?? {})) element.addEventListener(name, listener);
  element.append(...nodesOf(children));
  return element;
}

/** Puts these in place of what an element holds. */
export const fill = (element: Element, ...children: readonly Child[]): void =>
  element.replaceChildren(...nodesOf(children));

function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null || child === undefined || child === false) return [];
    if (typeof child === 'object' && 'map' in child) return nodesOf(child);
    return [typeof child === 'number' ? String(child) : child];
  });
}
