//! What a displayed place says, read once for all who ask and remembered, since few texts name most places of jobs.

use super::{Place, Places};
use std::sync::{Arc, OnceLock};

/// What a displayed text says of places; what few ask is read when it is first asked.
pub struct Shown {
    /// Its place, the most exact one.
    pub place: Option<Place>,
    /// Whether it may name more than one place.
    pub may_name_several: bool,
    /// Whether it names places in different countries.
    pub names_several_countries: bool,
    all: OnceLock<Vec<Place>>,
    open: OnceLock<Vec<String>>,
}

impl Places {
    /// Reads a displayed text.
    pub fn shown(&self, text: &str) -> Arc<Shown> {
        self.seen.get(text, || {
            Arc::new(Shown {
                place: self.in_text(text),
                may_name_several: self.may_name_several(text),
                names_several_countries: self.names_several_countries(text),
                all: OnceLock::new(),
                open: OnceLock::new(),
            })
        })
    }

    /// Reads structured parts: see [`Places::from_parts`].
    pub fn named(&self, city: Option<&str>, region: Option<&str>, country: Option<&str>) -> Option<Place> {
        city.or(region).or(country)?;
        let key = [city, region, country].map(|part| part.unwrap_or("\u{0}")).join("\n");
        self.named.get(&key, || self.from_parts(city, region, country))
    }
}

impl Shown {
    /// Every place of the text: see [`Places::all_in_text`].
    pub fn all(&self, text: &str, places: &Places) -> &[Place] {
        self.all.get_or_init(|| places.all_in_text(text))
    }

    /// The countries that the text, read as one about remote work, names: see [`Places::open_countries`].
    pub fn open_countries(&self, text: &str, places: &Places) -> &[String] {
        self.open.get_or_init(|| places.open_countries(text).into_iter().map(str::to_owned).collect())
    }
}
