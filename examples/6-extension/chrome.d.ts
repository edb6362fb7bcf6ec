/** What this example uses of Chrome's extension API, and the demo does not. */
declare namespace chrome {
  namespace runtime {
    function reload(): void;
  }

  namespace action {
    const onClicked: ChromeEvent<() => void>;
  }

  namespace tabs {
    function create(tab: { url: string }): Promise<unknown>;
  }
}
