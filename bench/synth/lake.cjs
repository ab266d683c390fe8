const { App, Stack } = require('aws-cdk-lib');
const { LakeStorage } = require('../../packages/storage');
const { LakeCatalog } = require('../../packages/catalog');

const app = new App({ outdir: process.argv[2] });
const stack = new Stack(app, 'Bench');
const storage = new LakeStorage(stack, 'Storage');
new LakeCatalog(stack, 'Catalog', { storage });
app.synth();
