'use strict';
{
  const globals = this;
  const django = globals.django || (globals.django = {});


  django.pluralidx = function(n) {
    const v = 0;
    if (typeof v === 'boolean') {
      return v ? 1 : 0;
    } else {
      return v;
    }
  };


  /* gettext library */

  django.catalog = django.catalog || {};

  const newcatalog = {
    "%(count)s / %(most)s characters": "%(count)s / %(most)s \u4e2a\u5b57\u7b26",
    "%(menu)s: %(choice)s": "%(menu)s\uff1a%(choice)s",
    "%(n)s free": "\u5269\u4f59 %(n)s",
    "%(n)s item": [
      "%(n)s \u9879"
    ],
    "%(n)s more, in the text": "\u53e6\u6709 %(n)s \u9879\uff0c\u89c1\u6587\u672c",
    "%(n)s property": [
      "%(n)s \u4e2a\u5c5e\u6027"
    ],
    "%(n)s reserved": "\u9884\u7559 %(n)s",
    "%(n)s result": [
      "%(n)s \u4e2a\u7ed3\u679c"
    ],
    "%(n)s run": [
      "%(n)s \u6b21\u8fd0\u884c"
    ],
    "%(n)s template": [
      "%(n)s \u4e2a\u6a21\u677f"
    ],
    "%(n)s token": [
      "%(n)s tokens"
    ],
    "%(n)s token \u00b7 at most %(most)s": [
      "%(n)s tokens \u00b7 \u4e0a\u9650 %(most)s"
    ],
    "%(n)s without a price": [
      "%(n)s \u4e2a\u672a\u5b9a\u4ef7"
    ],
    "%(name)s and %(count)s other are here": [
      "%(name)s \u548c\u53e6\u5916 %(count)s \u4eba\u5728\u6b64"
    ],
    "%(name)s attached": "\u5df2\u6dfb\u52a0 %(name)s",
    "%(name)s is being answered. Stop the answer, or wait: your text stays here.": "\u6b63\u5728\u56de\u7b54 %(name)s\u3002\u8bf7\u505c\u6b62\u8be5\u56de\u7b54\uff0c\u6216\u7a0d\u5019\uff1a\u60a8\u7684\u6587\u5b57\u4f1a\u4fdd\u7559\u5728\u8fd9\u91cc\u3002",
    "%(name)s is empty.": "%(name)s \u662f\u7a7a\u6587\u4ef6\u3002",
    "%(name)s is here": "%(name)s \u5728\u6b64",
    "%(name)s is no text. Text, Markdown, CSV, JSON, logs and code can be attached.": "%(name)s \u4e0d\u662f\u6587\u672c\u3002\u53ef\u6dfb\u52a0\u6587\u672c\u3001Markdown\u3001CSV\u3001JSON\u3001\u65e5\u5fd7\u548c\u4ee3\u7801\u3002",
    "%(name)s is too large: %(most)s MB at most.": "%(name)s \u8fc7\u5927\uff1a\u6700\u591a %(most)s MB\u3002",
    "A message takes %(most)s files.": "\u4e00\u6761\u6d88\u606f\u6700\u591a\u5e26 %(most)s \u4e2a\u6587\u4ef6\u3002",
    "A new version is running.": "\u670d\u52a1\u5668\u5df2\u66f4\u65b0\u5230\u65b0\u7248\u672c\u3002",
    "About %(over)s tokens more than %(model)s reads.": "\u7ea6\u6bd4 %(model)s \u53ef\u8bfb\u53d6\u7684\u591a %(over)s tokens\u3002",
    "Actions": "\u64cd\u4f5c",
    "Add it below": "\u6dfb\u52a0\u5230\u4e0b\u65b9",
    "Answering": "\u6b63\u5728\u56de\u7b54",
    "Asking": "\u6b63\u5728\u8bf7\u6c42",
    "Cancel": "\u53d6\u6d88",
    "Choose a text file": "\u9009\u62e9\u6587\u672c\u6587\u4ef6",
    "Close": "\u5173\u95ed",
    "Close what is open, else stop the answer": "\u5173\u95ed\u6253\u5f00\u7684\u5185\u5bb9\uff0c\u5426\u5219\u505c\u6b62\u56de\u7b54",
    "Compare this prompt": "\u5bf9\u6bd4\u6b64\u63d0\u793a\u8bcd",
    "Connected again.": "\u5df2\u91cd\u65b0\u8fde\u63a5\u3002",
    "Connection lost.": "\u8fde\u63a5\u5df2\u65ad\u5f00\u3002",
    "Context in tokens: %(used)s used, %(reserved)s reserved for the answer, %(free)s free, of %(context)s": "\u4e0a\u4e0b\u6587\uff08tokens\uff09\uff1a\u5df2\u7528 %(used)s\uff0c\u4e3a\u56de\u7b54\u9884\u7559 %(reserved)s\uff0c\u5269\u4f59 %(free)s\uff0c\u5171 %(context)s",
    "Conversation deleted": "\u4f1a\u8bdd\u5df2\u5220\u9664",
    "Conversations": "\u4f1a\u8bdd",
    "Copied": "\u5df2\u590d\u5236",
    "Copy": "\u590d\u5236",
    "Don't send": "\u4e0d\u53d1\u9001",
    "Drafts are kept.": "\u8349\u7a3f\u5df2\u4fdd\u7559\u3002",
    "Drafts are kept. A message you send now goes out when the network is back.": "\u8349\u7a3f\u5df2\u4fdd\u7559\u3002\u73b0\u5728\u53d1\u9001\u7684\u6d88\u606f\u4f1a\u5728\u7f51\u7edc\u6062\u590d\u540e\u53d1\u51fa\u3002",
    "Edit the last message": "\u7f16\u8f91\u4e0a\u4e00\u6761\u6d88\u606f",
    "Edit the message": "\u7f16\u8f91\u6d88\u606f",
    "Every call needs a result.": "\u6bcf\u4e2a\u8c03\u7528\u90fd\u9700\u8981\u7ed3\u679c\u3002",
    "Everywhere": "\u4efb\u4f55\u9875\u9762",
    "Finished": "\u5df2\u5b8c\u6210",
    "Finished, %(n)s token": [
      "\u5df2\u5b8c\u6210\uff0c%(n)s tokens"
    ],
    "Go on in your own team": "\u56de\u5230\u60a8\u81ea\u5df1\u7684\u56e2\u961f",
    "Image": "\u56fe\u50cf",
    "In a conversation": "\u4f1a\u8bdd\u4e2d",
    "In an empty message: choose a template": "\u5728\u7a7a\u6d88\u606f\u4e2d\uff1a\u9009\u62e9\u6a21\u677f",
    "In lists": "\u5217\u8868\u4e2d",
    "It can be tried again now.": "\u73b0\u5728\u53ef\u4ee5\u91cd\u8bd5\u4e86\u3002",
    "Keep it for later": "\u7559\u5f85\u4ee5\u540e",
    "Keyboard shortcuts": "\u952e\u76d8\u5feb\u6377\u952e",
    "Keys without Ctrl or \u2318, like J and /, act outside of fields": "\u5728\u8f93\u5165\u6846\u4e4b\u5916\uff0cJ\u3001/ \u7b49\u4e0d\u5e26 Ctrl \u6216 \u2318 \u7684\u5355\u952e\u6709\u6548",
    "Live updates are blocked here.": "\u5f53\u524d\u7f51\u7edc\u62e6\u622a\u4e86\u5b9e\u65f6\u66f4\u65b0\u3002",
    "Models": "\u6a21\u578b",
    "Models, templates and conversations are missing: the server cannot be reached now.": "\u7f3a\u5c11\u6a21\u578b\u3001\u6a21\u677f\u548c\u4f1a\u8bdd\uff1a\u6682\u65f6\u8fde\u4e0d\u4e0a\u670d\u52a1\u5668\u3002",
    "Moved back to the list": "\u5df2\u79fb\u56de\u5217\u8868",
    "Moved to the archive": "\u5df2\u79fb\u5165\u5f52\u6863",
    "New conversation": "\u65b0\u4f1a\u8bdd",
    "New line in the message": "\u5728\u6d88\u606f\u4e2d\u6362\u884c",
    "Next in the list": "\u5217\u8868\u4e2d\u7684\u4e0b\u4e00\u9879",
    "Nothing has \u201c%(words)s\u201d in it.": "\u6ca1\u6709\u5305\u542b\u201c%(words)s\u201d\u7684\u5185\u5bb9\u3002",
    "Only the first %(count)s characters were taken.": "\u53ea\u53d6\u4e86\u524d %(count)s \u4e2a\u5b57\u7b26\u3002",
    "Open what has the focus": "\u6253\u5f00\u5f53\u524d\u7126\u70b9\u6240\u5728\u9879",
    "Pages": "\u9875\u9762",
    "Pinned": "\u5df2\u7f6e\u9876",
    "Presets": "\u9884\u8bbe",
    "Previous in the list": "\u5217\u8868\u4e2d\u7684\u4e0a\u4e00\u9879",
    "Queued: it goes out as soon as the connection is back.": "\u5df2\u6392\u961f\uff1a\u8fde\u63a5\u6062\u590d\u540e\u7acb\u5373\u53d1\u9001\u3002",
    "Recently used": "\u6700\u8fd1\u4f7f\u7528",
    "Reconnect now": "\u7acb\u5373\u91cd\u8fde",
    "Reconnecting in %(seconds)s s, attempt %(attempt)s.": "%(seconds)s \u79d2\u540e\u91cd\u8fde\uff0c\u7b2c %(attempt)s \u6b21\u5c1d\u8bd5\u3002",
    "Reconnecting, attempt %(attempt)s.": "\u6b63\u5728\u91cd\u8fde\uff0c\u7b2c %(attempt)s \u6b21\u5c1d\u8bd5\u3002",
    "Reload": "\u5237\u65b0",
    "Reload the page to go on.": "\u8bf7\u5237\u65b0\u9875\u9762\u540e\u7ee7\u7eed\u3002",
    "Retry in %(seconds)s s": "%(seconds)s \u79d2\u540e\u53ef\u91cd\u8bd5",
    "Search or jump to": "\u641c\u7d22\u6216\u8df3\u8f6c",
    "Send": "\u53d1\u9001",
    "Send the message": "\u53d1\u9001\u6d88\u606f",
    "Show %(n)s line": [
      "\u663e\u793a\u5168\u90e8 %(n)s \u884c"
    ],
    "Show earlier messages": "\u663e\u793a\u66f4\u65e9\u7684\u6d88\u606f",
    "Show later messages": "\u663e\u793a\u8f83\u665a\u7684\u6d88\u606f",
    "Show or fold the sidebar": "\u5c55\u5f00\u6216\u6298\u53e0\u4fa7\u8fb9\u680f",
    "Show or hide the run settings": "\u663e\u793a\u6216\u9690\u85cf\u8fd0\u884c\u53c2\u6570",
    "Show the answer as": "\u56de\u7b54\u7684\u663e\u793a\u65b9\u5f0f",
    "Sign in": "\u767b\u5f55",
    "Stopped": "\u5df2\u505c\u6b62",
    "Stopping": "\u6b63\u5728\u505c\u6b62",
    "Streaming": "\u6b63\u5728\u8f93\u51fa",
    "Take %(name)s out": "\u79fb\u9664 %(name)s",
    "Templates": "\u63d0\u793a\u8bcd\u6a21\u677f",
    "Text": "\u6587\u672c",
    "The answer failed": "\u56de\u7b54\u5931\u8d25",
    "The answer is still being written. Stop it, or wait: your text stays here.": "\u56de\u7b54\u4ecd\u5728\u751f\u6210\u3002\u8bf7\u5148\u505c\u6b62\uff0c\u6216\u7a0d\u5019\uff1a\u60a8\u7684\u6587\u5b57\u4f1a\u4fdd\u7559\u5728\u8fd9\u91cc\u3002",
    "The answer keeps generating on the server.": "\u56de\u7b54\u4ecd\u5728\u670d\u52a1\u5668\u4e0a\u7ee7\u7eed\u751f\u6210\u3002",
    "The answer was cut off": "\u56de\u7b54\u88ab\u4e2d\u65ad",
    "The context is full: a summary comes first.": "\u4e0a\u4e0b\u6587\u5df2\u6ee1\uff1a\u5c06\u5148\u505a\u603b\u7ed3\u3002",
    "The context is full: the oldest turns are left out.": "\u4e0a\u4e0b\u6587\u5df2\u6ee1\uff1a\u5c06\u7565\u53bb\u6700\u65e9\u7684\u8f6e\u6b21\u3002",
    "The link brought another text. Nothing of the draft is lost.": "\u94fe\u63a5\u5e26\u6765\u4e86\u53e6\u4e00\u6bb5\u6587\u5b57\uff0c\u8349\u7a3f\u6ca1\u6709\u4e22\u5931\u3002",
    "The message is too long: %(count)s of %(most)s characters.": "\u6d88\u606f\u8fc7\u957f\uff1a%(count)s \u4e2a\u5b57\u7b26\uff0c\u4e0a\u9650\u4e3a %(most)s \u4e2a\u3002",
    "The model asks for %(n)s result": [
      "\u6a21\u578b\u8bf7\u6c42 %(n)s \u4e2a\u7ed3\u679c"
    ],
    "The server accepts live connections only from its own address.": "\u670d\u52a1\u5668\u53ea\u63a5\u53d7\u6765\u81ea\u5176\u81ea\u8eab\u5730\u5740\u7684\u5b9e\u65f6\u8fde\u63a5\u3002",
    "The server cannot be reached now.": "\u73b0\u5728\u65e0\u6cd5\u8fde\u63a5\u670d\u52a1\u5668\u3002",
    "The server could not do that. Try again in a moment.": "\u670d\u52a1\u5668\u672a\u80fd\u5b8c\u6210\u64cd\u4f5c\uff0c\u8bf7\u7a0d\u540e\u518d\u8bd5\u3002",
    "The server restarts.": "\u670d\u52a1\u5668\u6b63\u5728\u91cd\u542f\u3002",
    "The summary was not finished. Your message was not sent; it is still here.": "\u603b\u7ed3\u6ca1\u6709\u5b8c\u6210\u3002\u60a8\u7684\u6d88\u606f\u672a\u53d1\u9001\uff0c\u4ecd\u4fdd\u7559\u5728\u8fd9\u91cc\u3002",
    "There is no connection to the server.": "\u65e0\u6cd5\u8fde\u63a5\u5230\u670d\u52a1\u5668\u3002",
    "There is no template yet.": "\u8fd8\u6ca1\u6709\u63d0\u793a\u8bcd\u6a21\u677f\u3002",
    "Thinking %(seconds)s s\u2026": "\u6b63\u5728\u601d\u8003 %(seconds)s \u79d2\u2026\u2026",
    "This address is not allowed.": "\u4e0d\u5141\u8bb8\u4f7f\u7528\u6b64\u5730\u5740\u3002",
    "This browser does not let the page copy.": "\u8be5\u6d4f\u89c8\u5668\u4e0d\u5141\u8bb8\u9875\u9762\u590d\u5236\u3002",
    "This cannot be undone any more.": "\u5df2\u65e0\u6cd5\u64a4\u9500\u3002",
    "This file is no text.": "\u6b64\u6587\u4ef6\u4e0d\u662f\u6587\u672c\u3002",
    "This network does not let websockets through. Answers still arrive, a little later.": "\u5b83\u4e0d\u5141\u8bb8 WebSocket \u8fde\u63a5\u901a\u8fc7\u3002\u56de\u7b54\u4ecd\u4f1a\u5230\u8fbe\uff0c\u53ea\u662f\u7a0d\u6162\u4e00\u4e9b\u3002",
    "This takes a few seconds. Nothing is lost.": "\u9700\u8981\u51e0\u79d2\u949f\uff0c\u4e0d\u4f1a\u4e22\u5931\u4efb\u4f55\u5185\u5bb9\u3002",
    "Thought": "\u601d\u8003\u8fc7\u7a0b",
    "Thought for %(seconds)s s": "\u601d\u8003 %(seconds)s \u79d2",
    "Title": "\u6807\u9898",
    "Tree": "\u6811\u5f62",
    "Trial center": "\u4f53\u9a8c\u4e2d\u5fc3",
    "Trying again": "\u6b63\u5728\u91cd\u8bd5",
    "Trying again in %(n)s second": [
      "%(n)s \u79d2\u540e\u91cd\u8bd5"
    ],
    "Undo": "\u64a4\u9500",
    "Undone": "\u5df2\u64a4\u9500",
    "Unpinned": "\u5df2\u53d6\u6d88\u7f6e\u9876",
    "Use the draft instead": "\u6539\u7528\u8349\u7a3f",
    "Waiting for the first token, %(seconds)s s": "\u7b49\u5f85\u9996\u5b57\uff0c%(seconds)s \u79d2",
    "What belongs to it is closed. Your own conversations are as they were.": "\u5c5e\u4e8e\u8be5\u56e2\u961f\u7684\u5185\u5bb9\u5df2\u5173\u95ed\u3002\u60a8\u81ea\u5df1\u7684\u4f1a\u8bdd\u4fdd\u6301\u4e0d\u53d8\u3002",
    "Write a message": "\u5199\u6d88\u606f",
    "You are no longer in this team.": "\u60a8\u5df2\u4e0d\u5728\u8fd9\u4e2a\u56e2\u961f\u4e2d\u3002",
    "You are offline.": "\u5f53\u524d\u5904\u4e8e\u79bb\u7ebf\u72b6\u6001\u3002",
    "You are signed out.": "\u60a8\u5df2\u9000\u51fa\u767b\u5f55\u3002",
    "You have a draft here.": "\u8fd9\u91cc\u6709\u60a8\u7684\u4e00\u4efd\u8349\u7a3f\u3002",
    "Your draft is kept in this browser.": "\u60a8\u7684\u8349\u7a3f\u4fdd\u7559\u5728\u6b64\u6d4f\u89c8\u5668\u4e2d\u3002",
    "about %(n)s token \u00b7 price not set": [
      "\u7ea6 %(n)s tokens \u00b7 \u672a\u8bbe\u7f6e\u4ef7\u683c"
    ],
    "next turn %(read)s": "\u4e0b\u4e00\u8f6e\u7ea6 %(read)s",
    "next turn %(read)s \u00b7 at most %(most)s": "\u4e0b\u4e00\u8f6e\u7ea6 %(read)s \u00b7 \u4e0a\u9650 %(most)s",
    "price not set": "\u672a\u8bbe\u7f6e\u4ef7\u683c",
    "text": "\u6587\u672c",
    "this prompt \u2248 %(cost)s": "\u6b64\u8f93\u5165 \u2248 %(cost)s"
  };
  for (const key in newcatalog) {
    django.catalog[key] = newcatalog[key];
  }


  if (!django.jsi18n_initialized) {
    django.gettext = function(msgid) {
      const value = django.catalog[msgid];
      if (typeof value === 'undefined') {
        return msgid;
      } else {
        return (typeof value === 'string') ? value : value[0];
      }
    };

    django.ngettext = function(singular, plural, count) {
      const value = django.catalog[singular];
      if (typeof value === 'undefined') {
        return (count == 1) ? singular : plural;
      } else {
        return value.constructor === Array ? value[django.pluralidx(count)] : value;
      }
    };

    django.gettext_noop = function(msgid) { return msgid; };

    django.pgettext = function(context, msgid) {
      let value = django.gettext(context + '\x04' + msgid);
      if (value.includes('\x04')) {
        value = msgid;
      }
      return value;
    };

    django.npgettext = function(context, singular, plural, count) {
      let value = django.ngettext(context + '\x04' + singular, context + '\x04' + plural, count);
      if (value.includes('\x04')) {
        value = django.ngettext(singular, plural, count);
      }
      return value;
    };

    django.interpolate = function(fmt, obj, named) {
      if (named) {
        return fmt.replace(/%\(\w+\)s/g, function(match){return String(obj[match.slice(2,-2)])});
      } else {
        return fmt.replace(/%s/g, function(match){return String(obj.shift())});
      }
    };


    /* formatting library */

    django.formats = {
    "DATETIME_FORMAT": "Y\u5e74n\u6708j\u65e5 H:i",
    "DATETIME_INPUT_FORMATS": [
      "%Y/%m/%d %H:%M",
      "%Y-%m-%d %H:%M",
      "%Y\u5e74%n\u6708%j\u65e5 %H:%M",
      "%Y/%m/%d %H:%M:%S",
      "%Y-%m-%d %H:%M:%S",
      "%Y\u5e74%n\u6708%j\u65e5 %H:%M:%S",
      "%Y/%m/%d %H:%M:%S.%f",
      "%Y-%m-%d %H:%M:%S.%f",
      "%Y\u5e74%n\u6708%j\u65e5 %H:%n:%S.%f",
      "%Y-%m-%d"
    ],
    "DATE_FORMAT": "Y\u5e74n\u6708j\u65e5",
    "DATE_INPUT_FORMATS": [
      "%Y/%m/%d",
      "%Y-%m-%d",
      "%Y\u5e74%n\u6708%j\u65e5"
    ],
    "DECIMAL_SEPARATOR": ".",
    "FIRST_DAY_OF_WEEK": 1,
    "MONTH_DAY_FORMAT": "m\u6708j\u65e5",
    "NUMBER_GROUPING": 4,
    "SHORT_DATETIME_FORMAT": "Y\u5e74n\u6708j\u65e5 H:i",
    "SHORT_DATE_FORMAT": "Y\u5e74n\u6708j\u65e5",
    "THOUSAND_SEPARATOR": "",
    "TIME_FORMAT": "H:i",
    "TIME_INPUT_FORMATS": [
      "%H:%M",
      "%H:%M:%S",
      "%H:%M:%S.%f"
    ],
    "YEAR_MONTH_FORMAT": "Y\u5e74n\u6708"
  };

    django.get_format = function(format_type) {
      const value = django.formats[format_type];
      if (typeof value === 'undefined') {
        return format_type;
      } else {
        return value;
      }
    };

    /* add to global namespace */
    globals.pluralidx = django.pluralidx;
    globals.gettext = django.gettext;
    globals.ngettext = django.ngettext;
    globals.gettext_noop = django.gettext_noop;
    globals.pgettext = django.pgettext;
    globals.npgettext = django.npgettext;
    globals.interpolate = django.interpolate;
    globals.get_format = django.get_format;

    django.jsi18n_initialized = true;
  }
};
