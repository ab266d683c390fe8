import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Lake } from '../../src';
import { ensureEnvironment, type PythonEnvironment } from '../../src/engines/python/environment';
import { freePort } from '../../src/host/free-port';
import { type PostgresServer, startPostgres } from '../services/dms/postgres-server';
import { findCache, Image, startCache } from './image';
import { logInByProvider, startOidcProvider } from './oidc-provider';
import { APP } from './sample-lake';

const made = await ensureEnvironment('superset').catch((error: Error) => error.message.split('\n')[0]);
const cacheServer = findCache();
const missing =
  typeof made === 'string' ? made : cacheServer ? undefined : 'no Redis or Valkey: apt-get install redis-server';

/** The last migration of Superset 6.0.0: what an image of that version leaves. */
const HEAD_OF_6_0 = 'c233f5365c9e';
const OTHER_KEY = 'another-key-of-tests-0123456789-0123456789';

describe.skipIf(missing)(`Superset as its image runs it${missing ? ` (not run: ${missing})` : ''}`, () => {
  let postgres: PostgresServer;
  let cache: Awaited<ReturnType<typeof startCache>>;
  let image: Image;
  let lake: Lake;
  let folder: string;
  let port: number;

  beforeAll(async () => {
    postgres = await startPostgres();
    await postgres.query('CREATE DATABASE superset');
    cache = await startCache(cacheServer as string);
    port = await freePort();
    const { hostname, port: databasePort, username, password } = new URL(postgres.url);
    // an empty lake: what a query without tables needs
    folder = mkdtempSync(path.join(tmpdir(), 'lakewright-empty-'));
    writeFileSync(path.join(folder, 'lake.json'), JSON.stringify({ Resources: { B: { Type: 'AWS::S3::Bucket' } } }));
    lake = new Lake({ directory: folder, app: 'lake.json' });
    const { url } = await lake.serve({ port: 0 });
    image = new Image(made as PythonEnvironment, {
      SUPERSET_SECRET_KEY: 'the-key-of-tests-0123456789-0123456789-01',
      DB_HOST: hostname,
      DB_PORT: databasePort,
      DB_NAME: 'superset',
      DB_USER: username,
      DB_PASSWORD: password,
      DB_SSLMODE: 'disable', // the server of tests has no certificate
      CACHE_URL: cache.url,
      ATHENA_REGION: 'us-east-1',
      ATHENA_WORKGROUP: 'primary',
      ATHENA_RESULTS: 's3://lakewright-query-results/superset/',
      ATHENA_POLL_SECONDS: '0.05',
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      PUBLIC_URL: 'https://superset.example.com',
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: 'first-password',
      BUNDLE_FOLDER: path.join(APP, 'dashboards'),
      WEB_HOST: '127.0.0.1',
      WEB_PORT: String(port),
      WEB_WORKERS: '1',
      WORKER_CONCURRENCY: '1',
    });
  });
  afterAll(async () => {
    await image?.close();
    await cache?.stop();
    await postgres?.stop();
    await lake?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const inSuperset = async (sql: string) => {
    const client = await postgres.connect(postgres.urlWith({ database: 'superset' }));
    const { rows } = await client.query(sql);
    await client.end();
    return rows;
  };
  const counted = async () => {
    const tables = ['dashboards', 'slices', 'tables', 'dbs', 'dashboard_slices', 'sql_metrics', 'table_columns'];
    const all = [...tables, 'ab_user', 'ab_role', 'ab_permission_view', 'ab_permission_view_role'];
    const counts = all.map((name) => `SELECT '${name}' AS name, count(*)::int AS rows FROM ${name}`);
    return Object.fromEntries((await inSuperset(counts.join(' UNION ALL '))).map(({ name, rows }) => [name, rows]));
  };

  test('init migrates what version 6.0 left, and keeps what was in it', async () => {
    await image.python(
      `import os, superset\nfrom flask_migrate import upgrade\nupgrade(directory=os.path.join(os.path.dirname(superset.__file__), 'migrations'), revision='${HEAD_OF_6_0}')`,
    );
    expect(await inSuperset('SELECT version_num FROM alembic_version')).toEqual([{ version_num: HEAD_OF_6_0 }]);
    await inSuperset("INSERT INTO dashboards (dashboard_title, slug, published) VALUES ('Of before', 'before', true)");
    const { code, output } = await image.run('init');
    expect(output).toContain('init: done');
    expect(code).toBe(0);
    const [{ version_num }] = await inSuperset('SELECT version_num FROM alembic_version');
    expect(version_num).not.toBe(HEAD_OF_6_0);
    expect(await inSuperset("SELECT to_regclass('tasks')::text AS name")).toEqual([{ name: 'tasks' }]); // of 6.1
    expect(await inSuperset('SELECT slug FROM dashboards ORDER BY slug')).toEqual([
      { slug: 'before' },
      { slug: 'delays' },
    ]);
  });

  test('init again, twice at once, makes nothing twice', async () => {
    const before = await counted();
    expect(before).toMatchObject({ dashboards: 2, slices: 8, tables: 4, dbs: 1, dashboard_slices: 8, ab_user: 1 });
    const both = await Promise.all([image.run('init'), image.run('init')]);
    for (const { code, output } of both) expect(code, output.slice(-2000)).toBe(0);
    expect(await counted()).toEqual(before);
  });

  test('the role Lake has what Gamma has, and the database of the lake', async () => {
    const rows = await inSuperset(`
      SELECT p.name AS permission, v.name AS view FROM ab_permission_view_role pvr
      JOIN ab_role r ON r.id = pvr.role_id AND r.name = 'Lake'
      JOIN ab_permission_view pv ON pv.id = pvr.permission_view_id
      JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
      WHERE p.name LIKE '%_access' AND p.name <> 'menu_access'`);
    expect(rows).toEqual([{ permission: 'database_access', view: expect.stringMatching(/^\[Lake\]\.\(id:\d+\)$/) }]);
  });

  test('the web server, a worker and the scheduler come up, and the worker answers by the queue', async () => {
    const web = image.start('web');
    const worker = image.start('worker');
    const beat = image.start('beat');
    // whatever comes of it, the port is free for the next test
    onTestFinished(async () => void (await Promise.all([web.stop(), worker.stop(), beat.stop()])));
    await expect.poll(async () => (await image.run('healthy')).code, { timeout: 120_000, interval: 500 }).toBe(0);
    await expect.poll(worker.said, { timeout: 120_000 }).toMatch(/ready\./);
    await expect.poll(beat.said, { timeout: 120_000 }).toContain('beat: Starting...');
    const ping = await image.run('ping');
    expect(ping.output).toContain('pong');
    expect(ping.code).toBe(0);
  });

  test('its pages load from itself only, its cookies go by TLS only, nobody is let in without a log-in', async () => {
    const web = image.start('web');
    await expect.poll(async () => (await image.run('healthy')).code, { timeout: 120_000, interval: 500 }).toBe(0);
    const headers = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'superset.example.com' };
    const login = await fetch(`http://127.0.0.1:${port}/login/`, { headers });
    const policy = login.headers.get('content-security-policy') ?? '';
    expect(policy.match(/https?:|\*|unsafe-eval/g)).toBeNull();
    expect(login.headers.get('strict-transport-security')).toContain('max-age=');
    expect(login.headers.get('set-cookie')).toMatch(/Secure;.*HttpOnly|HttpOnly;.*Secure/);
    const closed = await fetch(`http://127.0.0.1:${port}/superset/dashboard/delays/`, { headers, redirect: 'manual' });
    expect(closed.headers.get('location') ?? '').toMatch(/login/);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/chart/`, { headers })).status).toBe(401);
    await web.stop();
  });

  test("a rotated key opens what the one before locked; the administrator's password is the secret's", async () => {
    await image.python(
      `from superset import db\nfrom superset.models.core import Database\nd = Database(database_name='Locked')\nd.set_sqlalchemy_uri('postgresql://u:hidden-word@h/d')\ndb.session.add(d)\ndb.session.commit()`,
    );
    const rotated = {
      SUPERSET_SECRET_KEY: OTHER_KEY,
      SUPERSET_PREVIOUS_SECRET_KEY: image.variables.SUPERSET_SECRET_KEY,
      ADMIN_PASSWORD: 'second-password',
    };
    for (const times of ['once', 'again']) {
      const { code, output } = await image.run('init', rotated);
      expect(code, `${times}: ${output.slice(-2000)}`).toBe(0);
    }
    const password = await image.python(
      `from superset import db\nfrom superset.models.core import Database\nprint(db.session.query(Database).filter_by(database_name='Locked').one().password)`,
      { SUPERSET_SECRET_KEY: OTHER_KEY },
    );
    expect(password).toBe('hidden-word');
    const web = image.start('web', rotated);
    await expect.poll(async () => (await image.run('healthy')).code, { timeout: 120_000, interval: 500 }).toBe(0);
    await expect(logIn(port, 'first-password')).rejects.toThrow('401');
    await logIn(port, 'second-password');
    await web.stop();
  });

  test('a provider logs people in; its groups give roles at each log-in, and nothing else does', async () => {
    const provider = await startOidcProvider('superset');
    const web = image.start('web', {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'superset',
      OIDC_CLIENT_SECRET: 'S3cret-of-tests',
      OIDC_ROLE_CLAIM: 'cognito:groups',
      OIDC_ROLE_MAPPING: JSON.stringify({ analysts: ['Lake', 'sql_lab'] }),
      AUTHLIB_INSECURE_TRANSPORT: '1', // the provider of tests has no certificate
    });
    try {
      await expect.poll(async () => (await image.run('healthy')).code, { timeout: 120_000, interval: 500 }).toBe(0);
      const local = `http://127.0.0.1:${port}`;
      const rolesAfterLogIn = async () => {
        const headers = await logInByProvider(local, 'https://superset.example.com');
        const { email } = provider.person;
        const rows = await inSuperset(`SELECT r.name FROM ab_user u JOIN ab_user_role ur ON ur.user_id = u.id
          JOIN ab_role r ON r.id = ur.role_id WHERE u.email = '${email}' ORDER BY r.name`);
        const { status } = await fetch(`${local}/api/v1/dashboard/`, { headers });
        return { roles: rows.map(({ name }) => name), sees: status };
      };
      const analyst = { roles: ['Lake', 'Public', 'sql_lab'], sees: 200 };
      provider.person = {
        sub: '1',
        email: 'ada@example.com',
        name: 'Ada Lovelace',
        'cognito:groups': ['analysts', 'x'],
      };
      expect(await rolesAfterLogIn()).toEqual(analyst);
      provider.person = { ...provider.person, 'cognito:groups': [] };
      expect(await rolesAfterLogIn()).toEqual({ roles: ['Public'], sees: 403 });
      provider.person = { sub: '2', email: 'bob@example.com', given_name: 'Bob' };
      provider.extra = { 'cognito:groups': 'analysts' };
      expect(await rolesAfterLogIn()).toEqual(analyst);
    } finally {
      await web.stop();
      provider.stop();
    }
  });

  test('a variable that is missing is named', async () => {
    const { code, output } = await image.run('init', { DB_PASSWORD: '' });
    expect(code).not.toBe(0);
    expect(output).toContain('the variable DB_PASSWORD is missing → README.md lists');
  });
});

/** @throws with the status, where the password is refused */
async function logIn(port: number, password: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/security/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-Proto': 'https' },
    body: JSON.stringify({ username: 'admin', password, provider: 'db' }),
  });
  if (!response.ok) throw new Error(String(response.status));
}
