import type { ViewProps } from './view';

export function CoverageView(_: ViewProps) {
  return <h1>What runs here</h1>;
}
