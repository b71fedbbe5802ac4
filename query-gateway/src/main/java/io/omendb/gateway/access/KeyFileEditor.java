package io.omendb.gateway.access;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Adds keys to a file and takes them out, and leaves everything else in it, comments too, as it is.
 * A gateway that follows the file sees it as it was or as it is.
 */
public final class KeyFileEditor {
    private KeyFileEditor() {}

    /**
     * Adds a key; makes the file if there is none.
     *
     * @throws OmenException CONFLICT if there is a key of that name; as {@link KeyFile#read}
     */
    public static void add(Path file, ApiKey key) {
        boolean exists = Files.exists(file);
        List<ApiKey> before = exists ? KeyFile.read(file) : List.of();
        if (before.stream().anyMatch(known -> known.name().equals(key.name()))) {
            throw new OmenException(
                    ErrorCode.CONFLICT, file + ": there is a key " + key.name() + " already");
        }
        String text = exists ? text(file) : "";
        String more = text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
        write(file, more + yaml(key), before.size() + 1);
    }

    /**
     * Takes a key out.
     *
     * @throws OmenException NOT_FOUND if there is none of that name; as {@link KeyFile#read}
     */
    public static void remove(Path file, String name) {
        List<ApiKey> before = KeyFile.read(file);
        String text = text(file);
        KeyFile.Lines found =
                KeyFile.lines(text).stream()
                        .filter(lines -> lines.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new OmenException(
                                                ErrorCode.NOT_FOUND,
                                                file + ": there is no key " + name));
        List<String> lines = new ArrayList<>(text.lines().toList());
        lines.subList(found.first(), found.last() + 1).clear();
        write(
                file,
                lines.stream().map(line -> line + "\n").collect(Collectors.joining()),
                before.size() - 1);
    }

    private static String yaml(ApiKey key) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("- name: \"").append(key.name()).append("\"\n");
        yaml.append("  sha256: ").append(key.hash().hex()).append('\n');
        yaml.append("  allow: ")
                .append(
                        key.allow().stream()
                                .map(Permission::label)
                                .collect(Collectors.joining(", ", "[", "]\n")));
        if (!key.scope().equals(Scope.ALL)) {
            yaml.append("  collections: ")
                    .append(
                            key.scope().patterns().stream()
                                    .map(pattern -> '"' + pattern + '"')
                                    .collect(Collectors.joining(", ", "[", "]\n")));
        }
        if (key.expires() != null) {
            yaml.append("  expires: ").append(key.expires()).append('\n');
        }
        return yaml.toString();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    private static void write(Path file, String text, int keys) {
        boolean asMeant;
        try {
            asMeant = KeyFile.parse(text).size() == keys;
        } catch (OmenException e) {
            asMeant = false;
        }
        if (!asMeant) {
            throw OmenException.invalid(
                    file
                            + ": found a form that cannot be edited here, expected a list with each"
                            + " key on lines of its own; edit it by hand");
        }
        try {
            Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
            Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
            Files.writeString(temporary, text);
            keepPermissions(target, temporary);
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
        if (view != null && Files.exists(from)) {
            view.setPermissions(Files.getPosixFilePermissions(from));
        }
    }
}
