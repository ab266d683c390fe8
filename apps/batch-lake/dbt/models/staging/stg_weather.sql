select
  location,
  cast(date as date) as day,
  cast(precipitation as double) as precipitation_mm,
  cast(wind as double) as wind_metres_per_second,
  weather
from {{ source('raw', 'weather') }}
