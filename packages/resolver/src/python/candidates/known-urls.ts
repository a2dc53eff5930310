import { canonicalUrl, isSameUrl, withHashesOf } from "@murre/pep508";

/**
 * One spelling for each place that requirements name by URL, the first one that was met, so that everything else compares texts. What the
 * fragments of the others promise of its bytes is kept for the end.
 */
export class KnownUrls {
  private readonly byPlace = new Map<string, string[]>();
  private readonly promised = new Map<string, string>();

  spelling(url: string): string {
    const place = canonicalUrl(url);
    let spellings = this.byPlace.get(place);
    if (!spellings) this.byPlace.set(place, (spellings = []));
    for (const known of spellings) {
      const promised = this.withPromises(known);
      if (!isSameUrl(promised, url)) continue;
      this.promised.set(known, withHashesOf(promised, url));
      return known;
    }
    spellings.push(url);
    return url;
  }

  /** The URL with every hash that any spelling of it had. */
  withPromises(url: string): string {
    return this.promised.get(url) ?? url;
  }
}
