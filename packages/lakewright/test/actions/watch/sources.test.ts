import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Sources } from '../../../src/actions/watch/sources';
import type { Assembly } from '../../../src/assembly/resource';

function write(folder: string, files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}

describe('what an edited file belongs to', () => {
  const app = write(mkdtempSync(path.join(tmpdir(), 'lakewright-sources-')), {
    'src/main.ts': 'new App();',
    'dbt/dbt_project.yml': 'name: lake',
    'dbt/models/routes.sql': 'SELECT 1',
    'dashboards/metadata.yaml': 'version: 1.0.0',
    'dashboards/charts/Routes.yaml': 'slice_name: Routes',
    'seed.csv': 'a,b',
  });
  const staged = mkdtempSync(path.join(tmpdir(), 'lakewright-sources-'));
  const project = write(path.join(staged, 'dbt'), {
    'dbt_project.yml': 'name: lake',
    'models/routes.sql': 'SELECT 1',
  });
  const image = write(path.join(staged, 'image'), {
    Dockerfile: 'FROM scratch',
    'entry.sh': 'exit 0',
    'dashboards/metadata.yaml': 'version: 1.0.0',
    'dashboards/charts/Routes.yaml': 'slice_name: Routes',
  });
  const single = write(path.join(staged, 'single'), { 'seed.csv': 'a,b' });
  const assembly = {
    assets: [
      { key: 'project', path: project },
      { key: 'single', path: single },
    ],
    images: [{ tag: 'image', folder: image }],
  } as unknown as Assembly;
  const edit = (name: string, text: string) => {
    const file = path.join(write(app, { [name]: text }), name);
    const { assets, others } = Sources.of(app, assembly).update([file]);
    return { assets, others: others.map((one) => path.relative(app, one)) };
  };

  it('is the asset that has it, also where another one has a folder of the app beside files of its own', () => {
    const sources = Sources.of(app, assembly);
    const model = path.join(write(app, { 'dbt/models/routes.sql': 'SELECT 2' }), 'dbt/models/routes.sql');
    expect(sources.update([model])).toEqual({ assets: ['project'], others: [] });
    expect(readFileSync(path.join(project, 'models/routes.sql'), 'utf8')).toBe('SELECT 2');
    expect(existsSync(path.join(image, 'dbt'))).toBe(false);
  });

  it('is the folder of the asset for a new file', () => {
    expect(edit('dashboards/charts/More.yaml', 'slice_name: More')).toEqual({ assets: ['image'], others: [] });
    expect(existsSync(path.join(image, 'dashboards/charts/More.yaml'))).toBe(true);
    expect(edit('dbt/models/more.sql', 'SELECT 3')).toEqual({ assets: ['project'], others: [] });
  });

  it('is none for the program of the app: it is synthesized again', () => {
    expect(edit('src/main.ts', 'new App({});')).toEqual({ assets: [], others: ['src/main.ts'] });
    expect(edit('src/more.ts', '')).toEqual({ assets: [], others: ['src/more.ts'] });
  });
});
