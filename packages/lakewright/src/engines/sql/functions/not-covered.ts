import type { FunctionArea } from './entry';

/** Geospatial functions beside the `ST_…` ones. */
export const geospatial: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/geospatial.html',
  notCovered: [
    'bing_tile',
    'bing_tile_at',
    'bing_tile_coordinates',
    'bing_tile_polygon',
    'bing_tile_quadkey',
    'bing_tile_zoom_level',
    'bing_tiles_around',
    'convex_hull_agg',
    'from_encoded_polyline',
    'from_geojson_geometry',
    'geometry_from_hadoop_shape',
    'geometry_invalid_reason',
    'geometry_nearest_points',
    'geometry_to_bing_tiles',
    'geometry_union',
    'geometry_union_agg',
    'line_interpolate_point',
    'line_interpolate_points',
    'line_locate_point',
    'simplify_geometry',
    'spatial_partitioning',
    'spatial_partitions',
    'to_encoded_polyline',
    'to_geojson_geometry',
    'to_geometry',
    'to_spherical_geography',
  ],
};

/** Machine learning, presentation in a terminal, catalogs' own functions, table functions. */
export const others: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/list.html',
  notCovered: [
    'bar',
    'classify',
    'color',
    'evaluate_classifier_predictions',
    'exclude_columns',
    'features',
    'learn_classifier',
    'learn_libsvm_classifier',
    'learn_libsvm_regressor',
    'learn_regressor',
    'objectid',
    'objectid_timestamp',
    'regress',
    'render',
    'rgb',
    'timestamp_objectid',
  ],
};
