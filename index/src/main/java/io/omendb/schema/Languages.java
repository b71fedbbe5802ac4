package io.omendb.schema;

import io.omendb.OmenException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The languages of a collection's texts: names of Lucene's analyzers. */
public final class Languages {
    /** Words as Unicode has them, in lower case: for any language, or a mixture. */
    public static final String STANDARD = "standard";

    /** Stands for the points' own text, beside declared fields, which cannot start like this. */
    public static final String OF_TEXT = "$text";

    private static final Set<String> NAMES =
            new TreeSet<>(
                    Set.of(
                            STANDARD,
                            "simple",
                            "whitespace",
                            "arabic",
                            "bulgarian",
                            "catalan",
                            "cjk",
                            "czech",
                            "danish",
                            "dutch",
                            "english",
                            "finnish",
                            "french",
                            "german",
                            "greek",
                            "hindi",
                            "hungarian",
                            "indonesian",
                            "italian",
                            "norwegian",
                            "portuguese",
                            "romanian",
                            "russian",
                            "spanish",
                            "swedish",
                            "thai",
                            "turkish"));

    private Languages() {}

    /** Names of all languages, in order. */
    public static Set<String> names() {
        return NAMES;
    }

    /** The languages that differ from the standard, all of them known and of text fields. */
    static Map<String, String> checked(
            Map<String, FieldType> fields, @Nullable Map<String, String> languages) {
        Map<String, String> checked = new TreeMap<>();
        if (languages == null) {
            // Written before there were any.
            return checked;
        }
        languages.forEach(
                (field, language) -> {
                    check(field, language);
                    if (!field.equals(OF_TEXT) && fields.get(field) != FieldType.TEXT) {
                        throw OmenException.invalid(
                                "fields."
                                        + field
                                        + ".language: found a language, expected none, as the"
                                        + " field is not text");
                    }
                    if (!language.equals(STANDARD)) {
                        checked.put(field, language);
                    }
                });
        return checked;
    }

    private static void check(String field, String language) {
        if (!NAMES.contains(language)) {
            throw OmenException.invalid(
                    (field.equals(OF_TEXT) ? "text" : "fields." + field)
                            + ".language: found \""
                            + language
                            + "\", expected one of "
                            + String.join(", ", NAMES));
        }
    }
}
