import type { BrowserContext, Page } from "playwright";

/** Notes what the policies of a context's pages keep out. To be called before the pages are opened. */
export async function noteViolations(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const violations: string[] = [];
    Object.assign(globalThis, { policyViolations: violations });
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
      violations.push(`${effectiveDirective}: ${blockedURI}`);
    });
  });
}

/** What the page's policy has kept out so far, as `directive: what`, sorted, each once: an extension has two policies. */
export async function violationsIn(page: Page): Promise<string[]> {
  const found = await page.evaluate(() => (globalThis as unknown as { policyViolations: string[] }).policyViolations);
  return [...new Set(found)].sort();
}

/** Plants in a page what a policy has to keep out. */
export async function plantViolations(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const add = (markup: string) => {
      const holder = document.createElement("div");
      holder.innerHTML = markup;
      document.body.append(holder);
      return holder;
    };
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken over'";
    document.body.append(script);
    add("<style>body { opacity: 0.5 }</style>");
    add("<p style='color: red'>red</p>");
    add("<button onclick=\"document.title = 'taken over'\">press</button>").querySelector("button")!.click();
    add("<img src='https://elsewhere.example/pixel.png'>");
    add("<a href=\"javascript:document.title = 'taken over'\">go</a>").querySelector("a")!.click();
    await fetch("https://elsewhere.example/").catch(() => undefined);
  });
}

/** What has to be seen of {@link plantViolations}. */
export const PLANTED: readonly string[] = [
  "connect-src: https://elsewhere.example/",
  "img-src: https://elsewhere.example/pixel.png",
  "script-src-attr: inline",
  "script-src-elem: inline",
  "style-src-attr: inline",
  "style-src-elem: inline",
];
