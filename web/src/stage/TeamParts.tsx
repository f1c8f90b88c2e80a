/* What several team pictures have in common: a name as large as its box allows, teams as tiles or marks, pages that turn by themselves. */
import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Rolling } from "./Rolling.tsx";
import { useFit } from "./fit.ts";
import { t } from "./messages.ts";
import { phrases } from "./phrase.ts";
import { TILES_MAX, tileColumns, tileSize } from "./view.ts";

const NAME_SIZES = [11, 9, 7.5, 6.25, 5.25, 4.25, 3.5] as const;

/** One team's name, the picture's idea. */
export function BigName({ name, sizes = NAME_SIZES }: { name: string; sizes?: readonly number[] }) {
  const { box } = useFit<HTMLDivElement>(sizes, name);
  return (
    <div class="big-name" ref={box}>
      <b>
        <Name name={name} />
      </b>
    </div>
  );
}

/** A name that breaks between its parts only. */
export function Name({ name }: { name: string }) {
  return (
    <>
      {phrases(name).map((part, i) => (
        <Fragment key={i}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </>
  );
}

export interface Tile {
  entry: string;
  name: string;
  tone: "idle" | "done" | "bad" | "right";
  word: string;
}

/** Teams with what each has done: by name while they fit, as marks with a count when they are too many to read. */
export function Tiles({ tiles, done }: { tiles: Tile[]; done: number }) {
  if (tiles.length > TILES_MAX) return <Marks tiles={tiles} done={done} />;
  const columns = tileColumns(tiles.length);
  const words = tiles.some((tile) => tile.word !== "");
  const size = tileSize(tiles.map((tile) => phrases(tile.name)), columns, words);
  return (
    <ol class="tiles" style={{ "--columns": columns, "--rows": Math.ceil(tiles.length / columns), "--size": size }}>
      {tiles.map((tile) => (
        <li class={`tile tile-${tile.tone}`} key={tile.entry}>
          <div class="tile-name">
            <b>
              <Name name={tile.name} />
            </b>
          </div>
          <span>{tile.word}</span>
        </li>
      ))}
    </ol>
  );
}

function Marks({ tiles, done }: { tiles: Tile[]; done: number }) {
  return (
    <div class="marks">
      <p class="marks-count num">
        <b>
          <Rolling value={done} />
        </b>{" "}
        / {t("team.n", { n: tiles.length })}
      </p>
      <div class="marks-field" aria-hidden="true">
        {tiles.map((tile) => (
          <i class={`mark mark-${tile.tone}`} key={tile.entry} />
        ))}
      </div>
    </div>
  );
}

/** A head over a picture: a small line and a large one. */
export function PictureHead({ over, title, children }: { over: string; title: string; children?: ComponentChildren }) {
  return (
    <header class="picture-head">
      <div>
        {over !== "" && <p>{over}</p>}
        <h1>{title}</h1>
      </div>
      {children}
    </header>
  );
}

/** Number of the page to show; turns every `everyMs` while there is more than one. */
export function useTurning(pages: number, everyMs: number): number {
  const [page, setPage] = useState(0);
  useEffect(() => {
    if (pages < 2) return;
    const timer = setInterval(() => setPage((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [pages, everyMs]);
  return page % Math.max(1, pages);
}

/** A number that counts up from nothing as it appears. */
export function Counted({ value, write }: { value: number; write: (value: number) => string }) {
  const [shown, setShown] = useState(0);
  useEffect(() => setShown(value), [value]);
  return <Rolling value={shown} write={write} />;
}
