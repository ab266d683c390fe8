const { App, Stack } = require('aws-cdk-lib');
const s3 = require('aws-cdk-lib/aws-s3');

const app = new App({ outdir: process.argv[2] });
const stack = new Stack(app, 'Bench');
for (const name of ['Raw', 'Converted', 'Datasets']) new s3.Bucket(stack, name);
app.synth();
