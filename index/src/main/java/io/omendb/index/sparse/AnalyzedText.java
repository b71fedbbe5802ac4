package io.omendb.index.sparse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/**
 * A text as terms.
 *
 * @param frequencies how often each term occurs, in the order of first occurrence
 * @param length terms in all; those that stand at the place of another, such as synonyms, do not
 *     count, as in Lucene's similarity
 */
public record AnalyzedText(Map<String, Integer> frequencies, int length) {

    /** Splits a text. Any number of threads may share the analyzer. */
    public static AnalyzedText of(Analyzer analyzer, String text) {
        Map<String, Integer> frequencies = new LinkedHashMap<>();
        int length = 0;
        try (TokenStream tokens = analyzer.tokenStream("", text)) {
            CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
            PositionIncrementAttribute step = tokens.addAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            while (tokens.incrementToken()) {
                frequencies.merge(term.toString(), 1, Integer::sum);
                length += step.getPositionIncrement() == 0 ? 0 : 1;
            }
            tokens.end();
        } catch (IOException e) {
            throw new UncheckedIOException("reading a text from memory", e);
        }
        return new AnalyzedText(frequencies, length);
    }
}
