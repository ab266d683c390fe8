export { dataIds, nagFindings, PolicyEvaluator, ResolvedApp } from '../../core/test/support';
