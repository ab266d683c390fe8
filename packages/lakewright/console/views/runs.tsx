import type { ViewProps } from './view';

export function RunsView(_: ViewProps) {
  return <h1>Runs</h1>;
}
