// The product's mark: a post, and the words that go out from it.
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 48 48" aria-hidden="true">
      <g fill="none" stroke="currentColor" strokeLinecap="round" strokeWidth="3.5">
        <path d="M15 24a9 9 0 0 1 18 0" />
        <path d="M8 24a16 16 0 0 1 32 0" opacity="0.6" />
        <path d="M24 26v15M17 41h14" />
      </g>
      <circle cx="24" cy="24" r="3.5" fill="currentColor" />
    </svg>
  );
}
