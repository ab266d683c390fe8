import type { FunctionArea } from './entry';

const parts = 'CAST(from_json(lw_st_parts($1), \'["VARCHAR"]\') AS VARCHAR[])';

/**
 * Geometries in the plane (carried as well-known text) and Bing tiles (as quadkeys): what can be answered without an
 * overlay of polygons. A geometry isn't a result: ask for its text.
 */
export const geospatial: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/geospatial.html',
  scalar: {
    'st_point(double, double): Geometry': 'lw_st_point($1, $2)',
    'st_geometryfromtext(varchar): Geometry': 'lw_st_read($1)',
    'st_linefromtext(varchar): Geometry': 'lw_st_line($1)',
    'st_polygon(varchar): Geometry': 'lw_st_polygon($1)',
    'st_linestring(array(Geometry)): Geometry': 'lw_st_linestring(CAST(to_json($1) AS VARCHAR))',
    'st_astext(Geometry): varchar': 'lw_st_text($1)',
    'st_x(Geometry): double': 'lw_st_x($1)',
    'st_y(Geometry): double': 'lw_st_y($1)',
    'st_xmin(Geometry): double': 'lw_st_xmin($1)',
    'st_xmax(Geometry): double': 'lw_st_xmax($1)',
    'st_ymin(Geometry): double': 'lw_st_ymin($1)',
    'st_ymax(Geometry): double': 'lw_st_ymax($1)',
    'st_dimension(Geometry): tinyint': 'CAST(lw_st_dimension($1) AS TINYINT)',
    'st_coorddim(Geometry): tinyint': 'CAST(lw_st_dimension($1) * 0 + 2 AS TINYINT)',
    'st_isempty(Geometry): boolean': 'lw_st_empty($1)',
    'st_numpoints(Geometry): bigint': 'lw_st_points($1)',
    'st_numgeometries(Geometry): integer': 'CAST(lw_st_count($1) AS INTEGER)',
    'st_geometries(Geometry): array(Geometry)': `CASE WHEN NOT lw_st_empty($1) THEN ${parts} END`,
    'st_geometryn(Geometry, integer): Geometry': `CASE WHEN NOT lw_st_empty($1) AND $2 >= 1 THEN (${parts})[$2] END`,
    'st_numinteriorring(Geometry): bigint': 'lw_st_holes($1)',
    'st_pointn(Geometry, integer): Geometry': 'lw_st_vertex($1, CAST($2 AS BIGINT))',
    'st_startpoint(Geometry): Geometry': 'lw_st_vertex($1, 1::BIGINT)',
    'st_endpoint(Geometry): Geometry': 'lw_st_vertex($1, lw_st_points($1))',
    'st_isclosed(Geometry): boolean': 'lw_st_closed($1)',
    'st_isring(Geometry): boolean': 'lw_st_ring($1)',
    'st_length(Geometry): double': 'lw_st_length($1)',
    'st_area(Geometry): double': 'lw_st_area($1)',
    'st_centroid(Geometry): Geometry': 'lw_st_centroid($1)',
    'st_distance(Geometry, Geometry): double': 'lw_st_distance($1, $2)',
    'st_intersects(Geometry, Geometry): boolean': 'lw_st_intersects($1, $2)',
    'st_disjoint(Geometry, Geometry): boolean': '(NOT lw_st_intersects($1, $2))',
    'st_contains(Geometry, Geometry): boolean': 'lw_st_contains($1, $2)',
    'st_within(Geometry, Geometry): boolean': 'lw_st_contains($2, $1)',
    'st_equals(Geometry, Geometry): boolean': 'lw_st_equals($1, $2)',
    'line_interpolate_point(Geometry, double): Geometry': 'lw_st_interpolate($1, $2)',
    'to_encoded_polyline(Geometry): varchar': 'lw_st_encode($1)',
    'from_encoded_polyline(varchar): Geometry': 'lw_st_decode($1)',
    'bing_tile(integer, integer, integer): BingTile':
      'lw_tile_xy(CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT))',
    'bing_tile(varchar): BingTile': 'lw_tile_key($1)',
    'bing_tile_at(double, double, integer): BingTile': 'lw_tile_at($1, $2, CAST($3 AS BIGINT))',
    'bing_tile_quadkey(BingTile): varchar': '$1',
    'bing_tile_zoom_level(BingTile): tinyint': 'CAST(length($1) AS TINYINT)',
    // https://trino.io/docs/current/functions/geospatial.html: degrees in, kilometres out
    'great_circle_distance(double, double, double, double): double': {
      sql: 'lw_great_circle($1, $2, $3, $4)',
      errors: [
        {
          when: 'abs($1) > 90 OR abs($3) > 90 OR isnan($1) OR isnan($3)',
          name: 'INVALID_FUNCTION_ARGUMENT',
          message: 'Latitude must be between -90 and 90',
        },
        {
          when: 'abs($2) > 180 OR abs($4) > 180 OR isnan($2) OR isnan($4)',
          name: 'INVALID_FUNCTION_ARGUMENT',
          message: 'Longitude must be between -180 and 180',
        },
      ],
    },
  },
  notCovered: [
    'bing_tile_coordinates',
    'bing_tile_polygon',
    'bing_tiles_around',
    'convex_hull_agg',
    'from_geojson_geometry',
    'geometry_from_hadoop_shape',
    'geometry_invalid_reason',
    'geometry_nearest_points',
    'geometry_to_bing_tiles',
    'geometry_union',
    'geometry_union_agg',
    'line_interpolate_points',
    'line_locate_point',
    'simplify_geometry',
    'spatial_partitioning',
    'spatial_partitions',
    'to_geojson_geometry',
    'to_geometry',
    'to_spherical_geography',
  ],
  partial: ['bing_tile', 'st_distance', 'st_point'],
};
