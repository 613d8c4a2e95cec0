// Phone numbers, by libphonenumber-js. A module of its own: phoneKey loads it when it is first called, so that a page
// that never calls it never downloads the library, and a bundler can leave out what is not imported here.
//
// The smallest of the library's metadata is the right one for keys. All of them lead to the same E.164 form; the larger
// ones judge more strictly and so refuse numbers of ranges that were assigned after the library was published.
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';

export { isSupportedCountry };

/** @param {string} text @param {import('libphonenumber-js/min').CountryCode} [region] */
function parse(text, region) {
  // `extract: false`: all of the text is the number, not some part of it.
  const number = parsePhoneNumberFromString(text, { defaultCountry: region, extract: false });
  return number?.isValid() && !number.ext ? number.number : undefined;
}

/**
 * The E.164 form; undefined for what is no valid number, and for one with an extension.
 *
 * @param {string} text
 * @param {string} [region]  one that `isSupportedCountry` knows
 * @returns {string | undefined}
 */
export function e164(text, region) {
  const number = parse(text, /** @type {import('libphonenumber-js/min').CountryCode | undefined} */ (region));
  // Where countries share a calling code, the library judges a national number more loosely than the same number
  // written internationally. The stricter judgement holds, so that one number has one answer however it is written.
  return number !== undefined && parse(number) === number ? number : undefined;
}
