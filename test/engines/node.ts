// IndexedDB for Node, where there is none.
import "fake-indexeddb/auto";
