import * as s3 from 'aws-cdk-lib/aws-s3';

/**
 * A bucket that tells EventBridge of its events without a custom resource.
 *
 * `eventBridgeEnabled` of the upstream bucket brings a Lambda function into the stack; CloudFormation has a property for it.
 * As soon as a notification is added, that function owns the whole notification configuration and must hear of EventBridge.
 */
export class ZoneBucket extends s3.Bucket {
  private handled = false;

  public override addEventNotification(
    event: s3.EventType,
    dest: s3.IBucketNotificationDestination,
    ...filters: s3.NotificationKeyFilter[]
  ): void {
    if (!this.handled) this.enableEventBridgeNotification();
    this.handled = true;
    super.addEventNotification(event, dest, ...filters);
  }
}
