/* A moment in which there is nothing to do but to wait, and it is said for what. */
export function Pausing({ title, hint }: { title: string; hint?: string | undefined }) {
  return (
    <main class="calm" role="status">
      <span class="pulse" aria-hidden="true" />
      <h2>{title}</h2>
      {hint !== undefined && <p>{hint}</p>}
    </main>
  );
}
