// The colours of code in the editor are the site's: the same ten syntax tokens as the listings of lessons.
import { HighlightStyle } from "@codemirror/language"
import { tags as t } from "@lezer/highlight"

export const highlighting = HighlightStyle.define([
  { tag: [t.comment, t.lineComment, t.blockComment], color: "var(--sx-com)", fontStyle: "italic" },
  { tag: [t.keyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword, t.operatorKeyword, t.bool, t.null], color: "var(--sx-kw)", fontWeight: "600" },
  { tag: [t.string, t.docString, t.special(t.string)], color: "var(--sx-str)" },
  { tag: [t.number, t.integer, t.float, t.escape], color: "var(--sx-num)" },
  { tag: [t.function(t.definition(t.variableName)), t.function(t.propertyName)], color: "var(--sx-fn)" },
  { tag: [t.className, t.definition(t.className), t.typeName, t.tagName], color: "var(--sx-cls)" },
  { tag: t.meta, color: "var(--sx-dec)" },
  { tag: [t.standard(t.variableName), t.self, t.attributeName], color: "var(--sx-bi)" },
  { tag: [t.operator, t.punctuation, t.derefOperator], color: "var(--sx-op)" },
  { tag: t.invalid, color: "var(--sx-err)" },
])
