import { DataLocation } from '@lakewright/core';
import { aws_glue as glue, aws_s3 as s3, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type AthenaNamedQueryOptions, AthenaWorkgroup } from '../src';
import { alone, dataIds, lake } from './support';

const QUERY = 'AWS::Athena::NamedQuery';
const STATEMENT = 'AWS::Athena::PreparedStatement';

function saved(options: Partial<AthenaNamedQueryOptions> = {}) {
  const { stack, workgroup, catalog } = lake();
  const query = workgroup.addNamedQuery('Late', { database: catalog.datasets, sql: 'SELECT 1', ...options });
  return { stack, workgroup, query };
}

describe('a named query', () => {
  test('is saved in its workgroup, for its database, under a name of its own', () => {
    Template.fromStack(saved().stack).hasResourceProperties(QUERY, {
      Name: Match.stringLikeRegexp('Late'),
      QueryString: 'SELECT 1',
      Database: { Ref: Match.stringLikeRegexp('Catalog') },
      WorkGroup: { Ref: Match.stringLikeRegexp('^Workgroup') },
    });
  });

  test('has the name and the words that one gives', () => {
    const { stack, query } = saved({ queryName: 'Late flights', description: 'by airport' });
    expect(query.queryName).toBe('Late flights');
    expect(stack.resolve(query.namedQueryId)).toEqual({ 'Fn::GetAtt': [expect.any(String), 'NamedQueryId'] });
    Template.fromStack(stack).hasResourceProperties(QUERY, { Name: 'Late flights', Description: 'by airport' });
  });

  test('may be saved in a workgroup, and for a database, that were made elsewhere', () => {
    const { stack } = alone();
    const results = DataLocation.of(s3.Bucket.fromBucketName(stack, 'Bucket', 'theirs'));
    const theirs = AthenaWorkgroup.fromWorkgroupAttributes(stack, 'Theirs', { workgroupName: 'theirs', results });
    const arn = 'arn:aws:glue:eu-west-1:111111111111:database/sales';
    theirs.addNamedQuery('Late', { database: glue.Database.fromDatabaseArn(stack, 'Sales', arn), sql: 'SELECT 1' });
    Template.fromStack(stack).hasResourceProperties(QUERY, { WorkGroup: 'theirs', Database: 'sales' });
  });

  test.each<[string, Partial<AthenaNamedQueryOptions>, RegExp]>([
    ['no text', { sql: '  ' }, /^InvalidNamedQuery: sql of 0 bytes/],
    ['too long a text', { sql: `SELECT '${'x'.repeat(262_144)}'` }, /^InvalidNamedQuery: sql of 262153 bytes/],
    ['too long a name', { queryName: 'x'.repeat(129) }, /^InvalidNamedQuery: name "x+"/],
  ])('is refused with %s', (_, options, message) => {
    expect(() => saved(options)).toThrow(message);
  });

  test('takes tokens as they are', () => {
    const { stack } = saved({ sql: Token.asString({ Ref: 'Sql' }), queryName: Token.asString({ Ref: 'Name' }) });
    Template.fromStack(stack).hasResourceProperties(QUERY, { Name: { Ref: 'Name' }, QueryString: { Ref: 'Sql' } });
  });
});

describe('a prepared statement', () => {
  const prepared = (statementName: string, sql = 'SELECT ? + 1') => {
    const { stack, workgroup } = alone();
    workgroup.addPreparedStatement('Late', { statementName, sql, description: 'd' });
    return stack;
  };

  test('belongs to its workgroup', () => {
    Template.fromStack(prepared('late_flights')).hasResourceProperties(STATEMENT, {
      StatementName: 'late_flights',
      QueryStatement: 'SELECT ? + 1',
      Description: 'd',
      WorkGroup: { Ref: 'WorkgroupD5BC63A0' },
    });
  });

  test.each([
    ['1st', 'SELECT 1', /^InvalidStatementName: statementName "1st"/],
    ['a-b', 'SELECT 1', /^InvalidStatementName/],
    ['ok', '', /^InvalidPreparedStatement: sql of 0 bytes/],
    ['ok', 'PREPARE ok FROM SELECT 1', /^InvalidPreparedStatement: .*without PREPARE/],
  ])('is refused: %s, "%s"', (name, sql, message) => {
    expect(() => prepared(name, sql)).toThrow(message);
  });

  test('its logical id, by which a new version replaces it, stays the same', () => {
    expect(dataIds(prepared('late'), STATEMENT)).toEqual({
      WorkgroupResults2F0EB9CE: 'AWS::S3::Bucket',
      WorkgroupD5BC63A0: 'AWS::Athena::WorkGroup',
      WorkgroupLateE60CD419: STATEMENT,
    });
  });
});
