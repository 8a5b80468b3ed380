/** A text, or a whole number with more digits than a double is sure to keep. */
const TEXT_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** JSON whose long whole numbers become texts, since a bigint beyond 2^53 would lose its last digits. */
export const parseExactly = (json: string): unknown =>
  JSON.parse(json.replace(TEXT_OR_LONG_NUMBER, (found) => (found.startsWith('"') ? found : `"${found}"`)));
