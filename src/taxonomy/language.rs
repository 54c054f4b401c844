//! Tells English, French, German and Spanish apart by their small words. Others stay unknown.

/// Most bytes of a text that are looked at.
const SAMPLE: usize = 1500;

/// The language of a text as ISO 639-1, and how sure that is (0..1).
pub fn detect(text: &str) -> Option<(&'static str, f64)> {
    let sample = &text.as_bytes()[..text.len().min(SAMPLE)];
    let mut counts = [0_u32; 4];
    for word in sample.split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80) {
        if let Some(language) = small_word(word) {
            counts[language] += 1;
        }
    }
    let (best, hits) =
        counts.iter().copied().enumerate().max_by_key(|(index, hits)| (*hits, counts.len() - index))?;
    let share = f64::from(hits) / f64::from(counts.iter().sum::<u32>().max(1));
    (hits >= 2 && share >= 0.6).then(|| (["en", "fr", "de", "es"][best], (share * 100.0).round() / 100.0))
}

fn small_word(word: &[u8]) -> Option<usize> {
    if word.len() < 2 || word.len() > 5 {
        return None;
    }
    let mut lower = [0_u8; 5];
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    match &lower[..word.len()] {
        b"the" | b"and" | b"of" | b"to" | b"for" | b"with" | b"you" | b"our" | b"we" | b"is" | b"are"
        | b"your" | b"will" | b"this" | b"that" | b"be" | b"have" => Some(0),
        b"le" | b"les" | b"et" | b"pour" | b"dans" | b"vous" | b"nous" | b"avec" | b"sur" | b"est"
        | b"une" | b"aux" | b"du" | b"au" | b"notre" | b"votre" | b"ou" | b"des" => Some(1),
        b"und" | b"der" | b"die" | b"das" | b"mit" | b"wir" | b"sie" | b"ein" | b"eine" | b"zu" | b"von"
        | b"dich" | b"ist" | b"den" | b"dem" | b"oder" => Some(2),
        b"el" | b"los" | b"las" | b"para" | b"con" | b"una" | b"por" | b"del" | b"que" | b"nos" | b"su"
        | b"como" | b"ser" => Some(3),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart() {
        let check = |text: &str, expected: Option<&str>| {
            assert_eq!(detect(text).map(|found| found.0), expected, "{text}")
        };
        check("We are looking for an engineer who will join our team and build the platform", Some("en"));
        check(
            "Nous cherchons un ingénieur pour rejoindre notre équipe et bâtir la plateforme dans le nuage",
            Some("fr"),
        );
        check("Wir suchen eine Person, die mit uns das Produkt baut und betreibt", Some("de"));
        check("Buscamos una persona para el equipo, con experiencia en los datos", Some("es"));
        check("データエンジニア", None);
        check("", None);
        check("é", None);
    }
}
