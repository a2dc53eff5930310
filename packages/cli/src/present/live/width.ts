/** Signs that take two columns of a terminal: of East Asia's scripts, and pictograms. */
const wide =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const mark = /\p{M}/u;
const isPlain = /^[ -~]*$/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  if (isPlain.test(text)) return text.length;
  let width = 0;
  for (const sign of text) width += widthOfSign(sign);
  return width;
}

/** As much of the text as fits into so many columns; what is cut off is shown by an ellipsis. */
export function cutTo(columns: number, text: string): string {
  if (widthOf(text) <= columns) return text;
  let shown = "";
  let left = columns - 1;
  for (const sign of text) {
    left -= widthOfSign(sign);
    if (left < 0) break;
    shown += sign;
  }
  return `${shown}…`;
}

function widthOfSign(sign: string): number {
  return mark.test(sign) ? 0 : wide.test(sign) ? 2 : 1;
}
