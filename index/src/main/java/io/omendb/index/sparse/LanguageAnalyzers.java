package io.omendb.index.sparse;

import io.omendb.schema.Languages;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.ar.ArabicAnalyzer;
import org.apache.lucene.analysis.bg.BulgarianAnalyzer;
import org.apache.lucene.analysis.ca.CatalanAnalyzer;
import org.apache.lucene.analysis.cjk.CJKAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.cz.CzechAnalyzer;
import org.apache.lucene.analysis.da.DanishAnalyzer;
import org.apache.lucene.analysis.de.GermanAnalyzer;
import org.apache.lucene.analysis.el.GreekAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.es.SpanishAnalyzer;
import org.apache.lucene.analysis.fi.FinnishAnalyzer;
import org.apache.lucene.analysis.fr.FrenchAnalyzer;
import org.apache.lucene.analysis.hi.HindiAnalyzer;
import org.apache.lucene.analysis.hu.HungarianAnalyzer;
import org.apache.lucene.analysis.id.IndonesianAnalyzer;
import org.apache.lucene.analysis.it.ItalianAnalyzer;
import org.apache.lucene.analysis.nl.DutchAnalyzer;
import org.apache.lucene.analysis.no.NorwegianAnalyzer;
import org.apache.lucene.analysis.pt.PortugueseAnalyzer;
import org.apache.lucene.analysis.ro.RomanianAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.analysis.sv.SwedishAnalyzer;
import org.apache.lucene.analysis.th.ThaiAnalyzer;
import org.apache.lucene.analysis.tr.TurkishAnalyzer;

/** Lucene's analyzers by the names of {@link Languages}. */
final class LanguageAnalyzers {
    private static final Map<String, Supplier<Analyzer>> ANALYZERS =
            Map.ofEntries(
                    Map.entry(Languages.STANDARD, StandardAnalyzer::new),
                    Map.entry("simple", SimpleAnalyzer::new),
                    Map.entry("whitespace", WhitespaceAnalyzer::new),
                    Map.entry("arabic", ArabicAnalyzer::new),
                    Map.entry("bulgarian", BulgarianAnalyzer::new),
                    Map.entry("catalan", CatalanAnalyzer::new),
                    Map.entry("cjk", CJKAnalyzer::new),
                    Map.entry("czech", CzechAnalyzer::new),
                    Map.entry("danish", DanishAnalyzer::new),
                    Map.entry("dutch", DutchAnalyzer::new),
                    Map.entry("english", EnglishAnalyzer::new),
                    Map.entry("finnish", FinnishAnalyzer::new),
                    Map.entry("french", FrenchAnalyzer::new),
                    Map.entry("german", GermanAnalyzer::new),
                    Map.entry("greek", GreekAnalyzer::new),
                    Map.entry("hindi", HindiAnalyzer::new),
                    Map.entry("hungarian", HungarianAnalyzer::new),
                    Map.entry("indonesian", IndonesianAnalyzer::new),
                    Map.entry("italian", ItalianAnalyzer::new),
                    Map.entry("norwegian", NorwegianAnalyzer::new),
                    Map.entry("portuguese", PortugueseAnalyzer::new),
                    Map.entry("romanian", RomanianAnalyzer::new),
                    Map.entry("russian", RussianAnalyzer::new),
                    Map.entry("spanish", SpanishAnalyzer::new),
                    Map.entry("swedish", SwedishAnalyzer::new),
                    Map.entry("thai", ThaiAnalyzer::new),
                    Map.entry("turkish", TurkishAnalyzer::new));

    private LanguageAnalyzers() {}

    /** A new analyzer; it keeps what each thread needs of it, so it is worth keeping. */
    static Analyzer of(String name) {
        Supplier<Analyzer> found = ANALYZERS.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no language " + name);
        }
        return found.get();
    }
}
