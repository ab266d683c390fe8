import { refuse } from './private/refuse';

/** Colors, as `#RRGGBB`. */
export interface QuickSightThemeOptions {
  /** What it is called. */
  readonly name: string;

  /**
   * Of the marks in visuals, in this order.
   * @default those of QuickSight's own theme
   */
  readonly dataColors?: string[];

  /** Behind visuals. @default that of QuickSight's own theme */
  readonly background?: string;

  /** Of text. @default that of QuickSight's own theme */
  readonly text?: string;

  /** Of what is chosen. @default that of QuickSight's own theme */
  readonly accent?: string;
}

/** How dashboards look. */
export class QuickSightTheme {
  /**
   * QuickSight's own theme with other colors.
   *
   * @param options the colors
   * @throws `InvalidColor`
   */
  public static of(options: QuickSightThemeOptions): QuickSightTheme {
    const { dataColors = [], background, text, accent } = options;
    for (const color of [...dataColors, background, text, accent]) {
      if (color !== undefined && !/^#[0-9A-Fa-f]{6}$/.test(color)) {
        refuse('InvalidColor', `color "${color}"`, '#RRGGBB', 'write it so');
      }
    }
    return new QuickSightTheme(options);
  }

  private constructor(
    /** The colors. */
    public readonly options: QuickSightThemeOptions,
  ) {}
}
