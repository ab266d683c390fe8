/** A column of a table, as QuickSight is to see it. */
export class QuickSightColumn {
  /** Text. @param name as in the table */
  public static text(name: string): QuickSightColumn {
    return new QuickSightColumn(name, 'STRING');
  }

  /** Whole numbers. @param name as in the table */
  public static integer(name: string): QuickSightColumn {
    return new QuickSightColumn(name, 'INTEGER');
  }

  /** Numbers with a fraction. @param name as in the table */
  public static decimal(name: string): QuickSightColumn {
    return new QuickSightColumn(name, 'DECIMAL');
  }

  /** Dates and points in time. @param name as in the table */
  public static dateTime(name: string): QuickSightColumn {
    return new QuickSightColumn(name, 'DATETIME');
  }

  /** Yes or no. @param name as in the table */
  public static boolean(name: string): QuickSightColumn {
    return new QuickSightColumn(name, 'BOOLEAN');
  }

  private constructor(
    /** As in the table. */
    public readonly name: string,
    /** QuickSight's name of the type. */
    public readonly type: string,
  ) {}
}
