//! Middles of countries, which sources send for "somewhere in Canada": no place. Looks nothing else up.

/// How near to a middle, in degrees, still is the middle: sources round.
const NEAR: f64 = 0.05;

/// Middles as the common geocoders answer for the name of a country (Google, OpenStreetMap's Nominatim, GeoNames), and the
/// geographic centre of the United States; degrees north and east, facts written down by country.
const MIDDLES: [(f64, f64); 61] = [
    // United States: Google, geographic centre, GeoNames, Nominatim
    (37.0902, -95.7129),
    (39.8283, -98.5795),
    (39.76, -98.5),
    (39.7837, -100.4459),
    // Canada
    (56.1304, -106.3468),
    (60.1087, -113.6426),
    (61.0667, -107.9917),
    // United Kingdom
    (55.3781, -3.436),
    (54.7584, -2.6953),
    (54.7024, -3.2766),
    // France
    (46.2276, 2.2137),
    (46.0, 2.0),
    (46.6034, 1.8883),
    // Germany
    (51.1657, 10.4515),
    (51.5, 10.5),
    (51.1638, 10.4478),
    // Ireland
    (53.4129, -8.2439),
    (53.0, -8.0),
    // India
    (20.5937, 78.9629),
    (22.0, 79.0),
    // Australia
    (-25.2744, 133.7751),
    (-25.0, 135.0),
    // Spain
    (40.4637, -3.7492),
    (40.0, -4.0),
    // Italy
    (41.8719, 12.5674),
    (42.8333, 12.8333),
    // Netherlands
    (52.1326, 5.2913),
    (52.25, 5.75),
    // Poland
    (51.9194, 19.1451),
    (52.0, 20.0),
    // Portugal
    (39.3999, -8.2245),
    (39.6945, -8.1306),
    // Brazil
    (-14.235, -51.9253),
    (-10.0, -55.0),
    // Mexico
    (23.6345, -102.5528),
    (23.0, -102.0),
    // Switzerland
    (46.8182, 8.2275),
    (47.0, 8.0),
    // Austria, Belgium, Sweden, Denmark, Norway, Finland: Google
    (47.5162, 14.5501),
    (50.5039, 4.4699),
    (60.1282, 18.6435),
    (56.2639, 9.5018),
    (60.472, 8.4689),
    (61.9241, 25.7482),
    // Czechia, Romania, Ukraine, Greece, Turkey, Israel
    (49.8175, 15.473),
    (45.9432, 24.9668),
    (48.3794, 31.1656),
    (39.0742, 21.8243),
    (38.9637, 35.2433),
    (31.0461, 34.8516),
    // Japan, China, South Korea, Philippines, Malaysia
    (36.2048, 138.2529),
    (35.8617, 104.1954),
    (35.9078, 127.7669),
    (12.8797, 121.774),
    (4.2105, 101.9758),
    // South Africa, Nigeria, Argentina, Colombia, Chile, New Zealand
    (-30.5595, 22.9375),
    (9.082, 8.6753),
    (-38.4161, -63.6167),
    (4.5709, -74.2973),
    (-35.6751, -71.543),
    (-40.9006, 174.886),
];

/// Whether coordinates are the middle of a country.
pub fn is_middle_of_country((lat, lon): (f64, f64)) -> bool {
    MIDDLES.iter().any(|(north, east)| (lat - north).abs() <= NEAR && (lon - east).abs() <= NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn middles_of_countries_are_no_places() {
        let check = |at, expected| assert_eq!(is_middle_of_country(at), expected, "{at:?}");
        check((56.1304, -106.3468), true);
        check((56.13, -106.35), true);
        check((37.09024, -95.712891), true);
        check((37.2, -95.7129), false);
        check((43.65, -79.38), false);
        check((0.0, 0.0), false);
    }
}
