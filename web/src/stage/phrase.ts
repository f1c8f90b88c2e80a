/* Where a long Chinese name may be broken on the wall: after its regions, after 政府 and the like, before 代表队; never inside a word. Pure. */

const REGION = /^.{2,}?(?:自治州|自治县|自治区|地区|省|市|州|县)(?=.{3,})/;
/* Of a city's. */
const COUNTY = /^.{2,}?(?:自治县|县|区)(?=.{3,})/;
const PART = /.+?(?:政府|委员会|人民法院|检察院)(?=.)|.+?(?=代表队$)|.+$/g;

export function phrases(name: string): string[] {
  const region = REGION.exec(name)?.[0] ?? "";
  const county = region === "" ? "" : (COUNTY.exec(name.slice(region.length))?.[0] ?? "");
  const rest = name.slice(region.length + county.length).match(PART) ?? [];
  return [region, county, ...rest].filter((part) => part !== "");
}
