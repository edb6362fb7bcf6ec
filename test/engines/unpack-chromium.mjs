// Unpacks the bundled Chromium into TMPDIR. A program of its own, since the package changes its process's environment.
import bundled from "@sparticuz/chromium";

await bundled.executablePath();
