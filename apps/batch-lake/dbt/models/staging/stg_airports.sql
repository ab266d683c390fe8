select iata as airport, name as airport_name, city, state, country, latitude, longitude
from {{ source('converted', 'current_airports') }}
