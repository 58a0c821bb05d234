using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Tideline.Notifications.Email;

namespace Tideline.Notifications.Templates;

/// <summary>One rendering: the data in scope, and what has been spent so far.</summary>
internal sealed class TemplateRun(MailBuffer output, bool html, ILinkTracker? links)
{
    private static readonly SearchValues<char> HtmlSpecial = SearchValues.Create("&<>\"'`=");

    private static readonly string[] ScriptSchemes = ["javascript:", "vbscript:", "data:"];

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly int _outputStart = output.Length;
    private readonly List<Scope> _outer = [];
    private Scope _scope;
    private object? _root;
    private int _steps;

    /// <summary>"this", and what @index and its like say here.</summary>
    private readonly record struct Scope(object? Value, bool IsLoop, int Index, string? Key, bool IsLast);

    public void Run(TemplateNode[] nodes, object? data)
    {
        _root = data;
        _scope = new Scope(data, false, 0, null, false);
        RunAll(nodes);
    }

    private void RunAll(TemplateNode[] nodes)
    {
        foreach (var node in nodes)
        {
            Spend(1);
            switch (node)
            {
                case LiteralNode literal:
                    Claim(literal.Utf8.Length);
                    output.Write(literal.Utf8);
                    break;
                case OutputNode { Raw: true } raw:
                    Write(Evaluate(raw.Value), escape: false);
                    break;
                case OutputNode value:
                    Write(Evaluate(value.Value), html);
                    break;
                case BlockNode block:
                    RunBlock(block);
                    break;
                case LinkNode link:
                    RunLink(link);
                    break;
                case PixelNode when links is not null:
                    Claim(200);
                    output.Write("<img src=\""u8);
                    links.WriteOpen(output);
                    output.Write("\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;width:1px;height:1px;border:0\">"u8);
                    break;
            }
        }
    }

    private void RunBlock(BlockNode block)
    {
        var value = Evaluate(block.Value);
        switch (block.Kind)
        {
            case BlockKind.If:
                RunAll(TemplateValues.IsTrue(value) ? block.Body : block.Otherwise);
                break;
            case BlockKind.Unless:
                RunAll(TemplateValues.IsTrue(value) ? block.Otherwise : block.Body);
                break;
            case BlockKind.With when TemplateValues.IsTrue(value):
                Enter(_scope with { Value = value });
                RunAll(block.Body);
                Leave();
                break;
            case BlockKind.Each when RunEach(value, block.Body):
                break;
            default:
                RunAll(block.Otherwise);
                break;
        }
    }

    /// <summary>False if there is nothing to go through.</summary>
    private bool RunEach(object? value, TemplateNode[] body)
    {
        switch (value)
        {
            case IReadOnlyList<object?> { Count: > 0 } list:
                for (var i = 0; i < list.Count; i++) Turn(body, list[i], i, null, i == list.Count - 1);
                return true;
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map:
                var n = 0;
                foreach (var (key, item) in map) Turn(body, item, n++, key, n == map.Count);
                return true;
            case JsonElement { ValueKind: JsonValueKind.Array } array when array.GetArrayLength() is > 0 and var count:
                var index = 0;
                foreach (var item in array.EnumerateArray()) Turn(body, item, index++, null, index == count);
                return true;
            case JsonElement { ValueKind: JsonValueKind.Object } json when json.GetPropertyCount() is > 0 and var count:
                var at = 0;
                foreach (var property in json.EnumerateObject()) Turn(body, property.Value, at++, property.Name, at == count);
                return true;
            default:
                return false;
        }
    }

    private void Turn(TemplateNode[] body, object? item, int index, string? key, bool last)
    {
        Spend(1);
        Enter(new Scope(item, true, index, key, last));
        RunAll(body);
        Leave();
    }

    private void RunLink(LinkNode link)
    {
        Claim(4096);
        if (link.IsStatic && links is not null)
        {
            links.WriteClick(output, link.Link);
            return;
        }
        var start = output.Length;
        RunAll(link.Body);
        if (link.IsStatic) return;
        var target = WebUtility.HtmlDecode(Encoding.UTF8.GetString(output.Written[start..])).Trim();
        if (IsScript(target))
        {
            // An address that came whole from the data could be a script; nobody means that.
            output.Truncate(start);
            output.Write((byte)'#');
            return;
        }
        var end = output.Length;
        if (links is not null && links.TryWriteClick(output, link.Link, target)) output.RemoveRange(start, end - start);
    }

    private static bool IsScript(string target)
    {
        // Browsers skip control characters within the scheme: "java\nscript:" is one.
        var scheme = string.Concat(target.Where(c => c > ' ').Take(12));
        return ScriptSchemes.Any(s => scheme.StartsWith(s, StringComparison.OrdinalIgnoreCase));
    }

    private object? Evaluate(TemplateExpression expression)
    {
        Spend(1);
        switch (expression)
        {
            case LiteralExpression literal:
                return literal.Value;
            case PathExpression path:
                var value = path.FromRoot ? _root : ScopeAt(path.Up)?.Value;
                foreach (var segment in path.Segments) value = TemplateValues.Child(value, segment);
                return value;
            case LoopExpression loop:
                return LoopAt(loop.Up) is not { } scope ? null : loop.Value switch
                {
                    LoopValue.Index => scope.Index,
                    LoopValue.Key => scope.Key ?? (object)scope.Index,
                    LoopValue.First => scope.Index == 0,
                    _ => scope.IsLast,
                };
            case CallExpression call:
                var arguments = new object?[call.Arguments.Length];
                for (var i = 0; i < arguments.Length; i++)
                {
                    arguments[i] = Evaluate(call.Arguments[i]);
                    if (arguments[i] is string text) Spend(text.Length / 64);
                }
                return call.Function.Run(arguments);
            default:
                return null;
        }
    }

    private void Write(object? value, bool escape)
    {
        if (value is null || TemplateValues.Text(value) is not { Length: > 0 } text) return;
        Spend(text.Length / 64);
        Claim(text.Length);
        var rest = text.AsSpan();
        if (!escape)
        {
            output.Write(rest);
            return;
        }
        for (var special = rest.IndexOfAny(HtmlSpecial); special >= 0; special = rest.IndexOfAny(HtmlSpecial))
        {
            output.Write(rest[..special]);
            output.Write(rest[special] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '"' => "&quot;"u8,
                '\'' => "&#x27;"u8,
                '`' => "&#x60;"u8,
                _ => "&#x3D;"u8,
            });
            Claim(0);
            rest = rest[(special + 1)..];
        }
        output.Write(rest);
    }

    private void Enter(Scope scope)
    {
        _outer.Add(_scope);
        _scope = scope;
    }

    private void Leave()
    {
        _scope = _outer[^1];
        _outer.RemoveAt(_outer.Count - 1);
    }

    private Scope? ScopeAt(int up) => up == 0 ? _scope : up <= _outer.Count ? _outer[^up] : null;

    private Scope? LoopAt(int up)
    {
        for (var i = 0; i <= _outer.Count; i++)
        {
            var scope = i == 0 ? _scope : _outer[^i];
            if (scope.IsLoop && up-- == 0) return scope;
        }
        return null;
    }

    /// <summary>Refuses output before it is made, so that one huge value cannot take the memory first.</summary>
    private void Claim(int characters)
    {
        if (output.Length - _outputStart + characters > TemplateLimits.MaxOutput)
            throw new TemplateLimitException($"The message is larger than {TemplateLimits.MaxOutput / 1024} KB.");
    }

    private void Spend(int steps)
    {
        var before = _steps;
        _steps += steps;
        if (_steps > TemplateLimits.MaxSteps) throw new TemplateLimitException("The template repeats too much.");
        if (before / 256 != _steps / 256 && Stopwatch.GetElapsedTime(_started) > TemplateLimits.MaxTime)
            throw new TemplateLimitException("The template takes too long.");
    }
}
