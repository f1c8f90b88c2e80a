/* Words of the certificate. Chinese first. */
import { translator } from "../shared/i18n.ts";

const messages = {
  "lang.other": { zh: "English", en: "中文" },
  "title": { zh: "证书", en: "Certificate" },
  "sub": { zh: "法治知识竞赛", en: "of achievement" },
  "granted": { zh: "兹证明", en: "This is to certify that" },
  "in": { zh: "在{title}中成绩合格，", en: "passed {title}" },
  "points": { zh: "得分", en: "Points" },
  "rank": { zh: "名次", en: "Rank" },
  "rankOf": { zh: "第 {n} 名，共 {of} 人", en: "{n} of {of}" },
  "pointsOf": { zh: "{n} 分", en: "{n}" },
  "special": { zh: "特发此证。", en: "and is awarded this certificate." },
  "by": { zh: "颁发单位", en: "Issued by" },
  "on": { zh: "颁发日期", en: "Date" },
  "code": { zh: "证书编号", en: "Code" },
  "scan": { zh: "扫码核验", en: "Scan to verify" },
  "seal": { zh: "核验真实", en: "verified" },
  "real": { zh: "这份证书真实有效，以上内容来自赛事正式结果。", en: "This certificate is genuine; what it says comes from the final results." },
  "print": { zh: "打印或存为 PDF", en: "Print or save as PDF" },
  "other": { zh: "核验另一份证书", en: "Check another one" },
  "checking": { zh: "正在核验", en: "Checking" },
  "check.title": { zh: "核验证书", en: "Check a certificate" },
  "check.hint": { zh: "输入证书上的 16 位编号", en: "Enter the code of 16 characters" },
  "check.go": { zh: "核验", en: "Check" },
  "none.title": { zh: "没有这份证书", en: "There is no such certificate" },
  "none.hint": { zh: "编号 {code} 没有对应的证书，请核对后再试。", en: "Nothing was issued under {code}. Please compare it and try again." },
  "away.title": { zh: "现在无法核验", en: "It cannot be checked right now" },
  "away.hint": { zh: "连不上服务器，请稍后再试。", en: "The server cannot be reached. Please try again in a moment." },
  "many.hint": { zh: "核验太频繁，请稍等一分钟再试。", en: "Too many checks. Please wait a minute." },
  "away.again": { zh: "再试一次", en: "Try again" },
} as const;

export const t = translator(messages);
