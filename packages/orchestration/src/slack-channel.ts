/**
 * A channel of Slack, for messages by Amazon Q Developer in chat applications.
 *
 * Somebody must have authorized the workspace in the console of Amazon Q Developer in chat applications once.
 *
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html
 */
export class SlackChannel {
  /**
   * A channel.
   *
   * @param workspaceId `T07EA123LEP`, as the console of Amazon Q Developer in chat applications shows it
   * @param channelId `C07EZ1ABC23`, the end of the channel's link
   */
  public static of(workspaceId: string, channelId: string): SlackChannel {
    return new SlackChannel(workspaceId, channelId);
  }

  private constructor(
    /** The workspace. */
    public readonly workspaceId: string,
    /** The channel. */
    public readonly channelId: string,
  ) {}
}
