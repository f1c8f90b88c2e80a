/* The head of a page of the individuals' part: the way back, where one is, and what belongs there. */
import type { ComponentChildren } from "preact";
import { BackIcon } from "../shared/icons.tsx";
import { t } from "./messages.ts";

interface Props {
  title: string;
  under?: string;
  back?: (() => void) | undefined;
  backLabel?: string;
  children?: ComponentChildren;
}

export function Head({ title, under, back, backLabel, children }: Props) {
  return (
    <header class="top">
      {back && (
        <button type="button" class="plain top-back" aria-label={backLabel ?? t("menu.back")} onClick={back}>
          <BackIcon />
        </button>
      )}
      <div class="top-words">
        <b class="cut">{title}</b>
        {under !== undefined && under !== "" && <span class="cut">{under}</span>}
      </div>
      {children}
    </header>
  );
}
